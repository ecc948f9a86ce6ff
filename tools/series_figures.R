# Rscript tools/series_figures.R > tests/series/r_figures.json
#
# What R's `stats` finds for series that it ships, or that a formula makes: the figures that
# tests/series/test_beside_r.py holds ours against. Searches are run to their end (reltol 1e-15), and
# under differences the first states get a variance of 1e9: R's usual 1e6 stands for infinity less
# well and costs up to 1e-3 of a log-likelihood (USAccDeaths).

json <- function(v) {
  if (is.null(v)) return("null")
  digits <- if (is.null(attr(v, "many"))) 9 else attr(v, "many")
  if (is.list(v)) {
    parts <- sapply(v, json)
    if (is.null(names(v))) return(paste0("[", paste(parts, collapse = ", "), "]"))
    return(paste0("{", paste0("\"", names(v), "\": ", parts, collapse = ", "), "}"))
  }
  if (is.character(v)) {
    text <- paste0("\"", v, "\"")
  } else if (is.logical(v) && !all(is.na(v))) {
    text <- tolower(as.character(v))
  } else {
    text <- ifelse(is.na(v), "null", formatC(as.numeric(v), digits = digits, format = "g"))
    text <- trimws(text)
  }
  if (length(text) == 1 && is.null(attr(v, "many"))) return(text)
  paste0("[", paste(text, collapse = ", "), "]")
}
many <- function(v, digits = 9) structure(as.numeric(v), many = digits)

control <- list(reltol = 1e-15, maxit = 5000)
models <- list()
add <- function(name, x, order, seasonal = c(0, 0, 0), period = 1, trend = NULL, xreg = NULL,
                future = NULL, method = "ML", ar = NULL, h = 6) {
  # `trend` "drift" adds a line; `ar` names the only AR lags that are not 0.
  n <- length(x)
  x <- ts(as.numeric(x), frequency = period)
  X <- xreg
  after <- future
  if (identical(trend, "drift")) {
    X <- cbind(drift = 1:n, xreg)
    after <- cbind(n + 1:h, future)
  }
  fixed <- NULL
  mean <- sum(order[2], seasonal[2]) == 0
  if (!is.null(ar)) {
    fixed <- rep(NA_real_, order[1] + order[3] + mean)
    fixed[setdiff(1:order[1], ar)] <- 0
  }
  fit <- arima(x, order = order, seasonal = list(order = seasonal, period = period), xreg = X,
               include.mean = mean, method = method, fixed = fixed,
               transform.pars = is.null(ar) && method == "ML", optim.control = control, kappa = 1e9)
  ahead <- predict(fit, h, newxreg = after)
  free <- names(fit$coef)[fit$mask]
  found <- list(
    name = name, x = many(x, 13), order = many(order), seasonal = many(c(seasonal, period)),
    trend = if (is.null(trend)) if (mean) "c" else "n" else "t", method = method,
    exog = if (is.null(xreg)) NULL else many(xreg),
    future = if (is.null(future)) NULL else many(future),
    lags = if (is.null(ar)) NULL else many(ar),
    names = as.list(free), params = many(fit$coef[fit$mask]),
    se = many(sqrt(diag(fit$var.coef))), sigma2 = fit$sigma2, ll = fit$loglik, aic = fit$aic,
    mean = many(ahead$pred), mean_se = many(ahead$se),
    box = if (mean && !anyNA(x)) unname(Box.test(residuals(fit), 12, "Ljung")$statistic) else NULL
  )
  models[[length(models) + 1]] <<- found
}

gappy <- function(x, places) replace(x, places, NA)
noise <- function(n) ((1:n)^3 * 7919 %% 100003) %% 997 / 997 - 0.5  # a formula that looks random
formula <- as.numeric(filter(noise(150), c(0.9, -0.4), "recursive"))

add("lh, ARMA(1, 1)", lh, c(1, 0, 1))
add("lh, MA(2)", lh, c(0, 0, 2))
add("lh with gaps, AR(1)", gappy(lh, c(7, 8, 20, 41)), c(1, 0, 0))
add("lh, AR at lags 1 and 3", lh, c(3, 0, 0), ar = c(1, 3))
add("LakeHuron, a line and ARMA(1, 1)", LakeHuron, c(1, 0, 1),
    xreg = time(LakeHuron) - 1920, future = 1973:1978 - 1920)
add("LakeHuron, ARIMA(0, 1, 1)", LakeHuron, c(0, 1, 1))
add("USAccDeaths with gaps, airline", gappy(USAccDeaths, c(10, 25, 26)), c(0, 1, 1), c(0, 1, 1), 12)
add("log UKgas, (0, 1, 1)(0, 1, 1)4", log(UKgas), c(0, 1, 1), c(0, 1, 1), 4)
add("nottem, (1, 0, 0)(2, 1, 0)12", nottem, c(1, 0, 0), c(2, 1, 0), 12)
add("presidents, AR(3)", presidents, c(3, 0, 0))
add("presidents, ARIMA(0, 1, 1)", presidents, c(0, 1, 1))
add("root of sunspot.year, AR(9)", sqrt(sunspot.year), c(9, 0, 0))
add("WWWusage, ARIMA(3, 1, 0)", WWWusage, c(3, 1, 0))
add("WWWusage, ARIMA(1, 1, 1)", WWWusage, c(1, 1, 1))
add("ldeaths, (2, 0, 0)(0, 1, 1)12", ldeaths, c(2, 0, 0), c(0, 1, 1), 12)
add("ldeaths, (1, 0, 0)(1, 0, 0)12 with mean", ldeaths, c(1, 0, 0), c(1, 0, 0), 12)
add("log JohnsonJohnson, drift and (2, 0, 0)(1, 1, 0)4", log(JohnsonJohnson), c(2, 0, 0),
    c(1, 1, 0), 4, trend = "drift")
add("Nile, a break in 1899 and MA(1)", Nile, c(0, 0, 1), xreg = as.numeric(time(Nile) >= 1899),
    future = rep(1, 6))
add("Nile with two long gaps, ARIMA(0, 1, 1)", gappy(Nile, c(21:40, 61:80)), c(0, 1, 1))
add("log airmiles, drift and ARIMA(1, 1, 0)", log(airmiles), c(1, 1, 0), trend = "drift")
add("log10 lynx, ARMA(2, 2)", log10(lynx), c(2, 0, 2))
add("a formula, AR(2)", formula, c(2, 0, 0))
add("a formula summed twice, ARIMA(1, 2, 1)", cumsum(cumsum(formula)), c(1, 2, 1))
add("lh, AR(3) by conditional squares", lh, c(3, 0, 0), method = "CSS")
add("LakeHuron, ARMA(1, 1) by conditional squares", LakeHuron, c(1, 0, 1), method = "CSS")
add("log AirPassengers, airline by conditional squares", log(AirPassengers), c(0, 1, 1),
    c(0, 1, 1), 12, method = "CSS")

autoregressions <- list()
for (name in c("lh", "lynx", "sunspots")) {
  x <- list(lh = lh, lynx = log10(lynx), sunspots = sqrt(sunspot.year))[[name]]
  for (method in c("yw", "burg", "ols", "mle")) {
    fit <- ar(as.numeric(x), aic = FALSE, order.max = 3, method = method)
    mean <- if (method == "ols") NULL else fit$x.mean
    autoregressions[[length(autoregressions) + 1]] <- list(
      name = name, x = many(x, 13), method = method, ar = many(fit$ar), var = c(fit$var.pred),
      x_mean = mean
    )
  }
}

kernels <- list()
for (pair in list(list(c(1, -0.25), 1), list(0.8, numeric(0)), list(numeric(0), c(0.4, -0.3, 0.2)),
                  list(c(0.5, 0.2, -0.3), c(-0.7, 0.1)))) {
  kernels[[length(kernels) + 1]] <- list(
    ar = many(pair[[1]]), ma = many(pair[[2]]),
    acf = many(ARMAacf(pair[[1]], pair[[2]], 8)),
    pacf = many(ARMAacf(pair[[1]], pair[[2]], 8, pacf = TRUE)),
    psi = many(ARMAtoMA(pair[[1]], pair[[2]], 8))
  )
}

lines <- function(parts) paste0("  ", sapply(parts, json), collapse = ",\n")
cat("{\n\"R\": \"", R.version$major, ".", R.version$minor, "\",\n", sep = "")
cat("\"models\": [\n", lines(models), "\n],\n", sep = "")
cat("\"autoregressions\": [\n", lines(autoregressions), "\n],\n", sep = "")
cat("\"kernels\": [\n", lines(kernels), "\n]\n}\n", sep = "")

# Reference p-values of R and its package coin, for data with ties and zeros.
#     Rscript tests/significance/reference.R > tests/significance/reference.csv
# Debian: r-base-core, r-cran-coin. Each row: name, value.
suppressMessages(library(coin))
say <- function(name, value) cat(sprintf("%s,%.15g\n", name, value))
cat(sprintf("# %s, coin %s\n", R.version.string, packageVersion("coin")))

a <- c(3, 1, 4, 1, 5, 9, 2, 6, 5, 3)
b <- c(5, 8, 9, 7, 9, 3, 2)
frame <- data.frame(y = c(a, b), g = factor(rep(c("a", "b"), c(10, 7))))
for (side in c("less", "greater")) {
  say(paste0("means_", side), pvalue(oneway_test(y ~ g, frame, distribution = "exact", alternative = side)))
  say(paste0("ranks_", side), pvalue(wilcox_test(y ~ g, frame, distribution = "exact", alternative = side)))
}

x <- c(7, 3, 5, 5, 2, 8, 6, 4, 9, 1, 5, 6)
y <- c(5, 3, 2, 6, 2, 4, 6, 3, 4, 3, 1, 4)
for (side in c("less", "greater", "two.sided"))
  say(paste0("signed_", side), pvalue(wilcoxsign_test(x ~ y, distribution = "exact", alternative = side,
                                                      zero.method = "Wilcoxon")))
# Random signs of the differences are permutations of the two columns within every row.
long <- data.frame(v = c(x, y), g = factor(rep(c("a", "b"), each = 12)), row = factor(rep(1:12, 2)))
for (side in c("less", "greater", "two.sided"))
  say(paste0("paired_", side), pvalue(symmetry_test(v ~ g | row, long, distribution = "exact", alternative = side)))

blood <- matrix(c(8, 2, 3, 9), 2)
exact <- fisher.test(blood)
say("fisher", exact$p.value); say("fisher_low", exact$conf.int[1]); say("fisher_high", exact$conf.int[2])
say("fisher_odds", exact$estimate)
layers <- array(c(2, 5, 4, 3, 6, 1, 3, 4, 5, 2, 4, 6), c(2, 2, 3))
strata <- mantelhaen.test(layers, exact = TRUE)
say("strata", strata$p.value); say("strata_low", strata$conf.int[1]); say("strata_high", strata$conf.int[2])
say("strata_odds", strata$estimate)

# Kendall's test is exact in R where nothing is tied.
u <- c(2.1, 3.3, 1.2, 5.8, 4.4, 7.9, 6.1, 9.2, 8.8, 0.4)
w <- c(1.9, 4.5, 0.3, 3.6, 5.5, 6.0, 9.9, 7.2, 8.1, 2.2)
say("kendall", cor.test(u, w, method = "kendall", exact = TRUE)$p.value)
say("rank_low", wilcox.test(u, w + 2.05, conf.int = TRUE, exact = TRUE)$conf.int[1])
say("rank_high", wilcox.test(u, w + 2.05, conf.int = TRUE, exact = TRUE)$conf.int[2])
say("signed_low", wilcox.test(u - w, conf.int = TRUE, exact = TRUE)$conf.int[1])
say("signed_high", wilcox.test(u - w, conf.int = TRUE, exact = TRUE)$conf.int[2])

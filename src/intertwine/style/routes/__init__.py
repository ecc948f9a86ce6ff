"""What a served index answers, one idea a file.

asking.py      hits for a picture, and why they are hits
showing.py     the page, thumbnails, the index in numbers
changing.py    adding and removing pictures
answers.py     the JSON that they answer with
refusals.py    what is wrong, in one format on every route
served.py      the index that a request is about
"""

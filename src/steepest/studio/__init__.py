"""The studio: a page on this machine that teaches descent on the learner's own function.

`server` answers the browser and watches the door; `worker` processes compute, so that nobody's
heavy request holds up another's page; `pages` is what the browser runs; `lessons` is content.
"""

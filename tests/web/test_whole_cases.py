"""Whole cases, from the start to the last decision, every kind of task done on its page."""


def test_a_liangjiang_application_is_approved_in_the_browser(told):
    told("liangjiang/approval")

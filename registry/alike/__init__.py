"""Near-duplicates: features that say the same under other names, told from siblings, which only look so.

`slots` takes a name apart, `judging` weighs everything that is known of two features and says why.
"""

"""The graph in the words of Marquez, for the programs that read its API. Plain data out; nothing is written here.

Marquez knows jobs, datasets and their versions. Feature views and consumers are told as datasets. There are no versions
of ours: each job and dataset has one, as it is now, with the id of its node.
"""

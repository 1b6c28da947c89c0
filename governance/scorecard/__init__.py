"""Production readiness as 25 checks, each answered by evidence that Charter holds, or by a dated statement.

`part` is what a check is made of, `scope` what it is asked of, `catalogue` lists the checks, one module for each theme
holds how their evidence is read, and `reading` puts them together.
"""

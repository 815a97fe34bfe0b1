"""Reports for people: text for a terminal, tables, HTML pages.

Figures come from `result.json` and the other files of a run or store; nothing is computed or run here. Import the
module that a command needs: most of them load libraries that others do without.
"""

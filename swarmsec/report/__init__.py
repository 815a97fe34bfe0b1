"""Reports for people: text for a terminal, tables, HTML pages.

Figures come from `result.json` and the other files of a run or store; nothing is computed or run here. A command
imports only the module that it needs: most of them load libraries that the others do not need.
"""

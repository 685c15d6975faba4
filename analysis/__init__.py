"""From a result to an answer: definitions, findings, figures and the report, in English and Chinese.

    language     which language is spoken: `say("english", "中文")` now, `Both("english", "中文")` in a table
    metrics      what every metric means         curves   what every retention curve means
    columns      … every number of other tables  segment_words   what segments and channels are called
    number       how numbers are written         text     how text is broken into lines
    finding      sentences computed from the tables
    style        colours, fonts                  plots/   one figure a file; `pictures` lists them
    drawing      a study's last step             plots/easel   other processes that draw, too
    report/      report.html
    terminal     what a command says             click_words   what click says, in Chinese
    catalogue, pages, lever_words                the levers, as text and as docs/levers

Whatever is said stands in both languages at the place where it is said. A new figure is a function from `Tables` to a `Picture`; a new
metric is a row of `METRICS`, and tables, report and definitions show it as soon as a summary has it.

Nothing here is imported when the command line starts but `language` and `click_words`: matplotlib and jinja2 are loaded by `style`,
`plots` and `report` only.
"""

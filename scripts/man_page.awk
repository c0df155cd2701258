# A manual page from a program's or subcommand's --help, whose sections begin with "usage:", "options:", "example:" and
# the like at the left edge and whose lists are indented. Variables: name, see_also, version, exit_status.

function dashed(text) {
  gsub(/-/, "\\-", text)
  return text
}

# An option's hyphens are typed as they stand, and no line is broken at them.
function escaped(text, done) {
  gsub(/\\/, "\\e", text)
  while (match(text, /--[a-z-]+/)) {
    done = done substr(text, 1, RSTART - 1) dashed(substr(text, RSTART, RLENGTH))
    text = substr(text, RSTART + RLENGTH)
  }
  return done text
}

# Text of the page's own: a line that begins with a dot or quote would be taken for a request.
function say(text) {
  sub(/ +$/, "", text)
  text = escaped(text)
  if (text ~ /^[.']/) text = "\\&" text
  print text
}

function bold(text) { return "\\fB" dashed(text) "\\fR" }

function section(title) { print ".SH " toupper(title); listing = 0 }

# "  NAME   meaning", "  NAME: meaning" or "  NAME meaning".
function item(line, at, label) {
  sub(/^  /, "", line)
  at = match(line, /  +/)
  if (!at) at = match(line, /: /)
  if (!at) at = match(line, / /)
  label = at ? substr(line, 1, RSTART - 1) : line
  sub(/:$/, "", label)
  print ".TP"
  print bold(label)
  if (at) say(substr(line, RSTART + RLENGTH))
  listing = 1
}

# The options' meanings all begin in the column in which --help's does.
function options(count, i, column, label, words, n) {
  for (i = 1; i <= count; ++i)
    if (option[i] ~ /--help/) column = index(option[i], "print this help")
  for (i = 1; i <= count; ++i) {
    label = substr(option[i], 1, column - 1)
    if (label ~ /^  -/) {
      if (substr(option[i], column - 1, 1) != " ") label = option[i]
      gsub(/ \[|\]/, "", label)
      n = split(label, words, " ")
      print ".TP"
      label = bold(words[1])
      if (words[2] ~ /^-/) label = label ", " bold(words[2])
      else if (n > 1) label = label " \\fI" escaped(words[2]) "\\fR"
      print label
    }
    if (length(option[i]) >= column) say(substr(option[i], column))
  }
}

BEGIN { part = "summary"; printf ".TH %s 1 \"\" \"%s\" \"User Commands\"\n", toupper(name), version }

part == "summary" && /^$/ {
  sub(/^eyeshift [^ ]*: /, "", summary)
  print ".SH NAME"
  print name " \\- " escaped(summary)
  part = ""
  next
}
part == "summary" { summary = summary (summary == "" ? "" : " ") $0; next }

/^usage: / { section("synopsis"); part = "usage"; sub(/^usage: /, "") }
part == "usage" && /^$/ { if (name != "eyeshift") section("description"); part = "text"; next }
part == "usage" {
  sub(/^ +/, "")
  print shown++ ? ".br" : ".nh\n.ad l"
  at = index($0, " ")
  print bold(substr($0, 1, at - 1)) " " escaped(substr($0, at + 1))
  next
}

/^options:$/ { part = "options"; next }
part == "options" && /^$/ { section("options"); options(lines); part = "text"; next }
part == "options" { option[++lines] = $0; next }

/^example/ { section("example"); print ".nf"; part = "example"; next }
part == "example" { sub(/^  /, ""); say($0); next }

/^(exit status|environment): / {
  title = $0
  sub(/: .*/, "", title)
  section(title)
  sub(/^[^:]*: /, "")
  say($0)
  part = "text"
  next
}
/^commands:$/ { section("commands"); next }
/^[a-z][^.]*:$/ { print ".SS " toupper(substr($0, 1, 1)) escaped(substr($0, 2, length($0) - 2)); next }
/^$/ { if (!listing) print ".PP"; next }
/^  [^ ]/ { item($0); next }
/^   / {
  sub(/^ +/, "")
  if (/^--/) print ".br"
  say($0)
  next
}
{ if (listing) print ".PP"; listing = 0; say($0) }

END {
  if (part == "example") print ".fi"
  if (name != "eyeshift") { section("exit status"); say(exit_status) }
  section("see also")
  n = split(see_also, pages, " ")
  for (i = 1; i <= n; ++i) print ".BR " dashed(pages[i]) " (1)" (i < n ? "," : "")
}

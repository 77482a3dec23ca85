# Counts the instructions of functions from what `quire -d exec` writes.
# Arguments: NAME=START-END, addresses of 8 hex digits. Prints for each
# function how often it ran, and the fewest, the median, the most and all
# instructions: of calls, callees included, up to the instruction after the
# call; and of runs that neither call nor jump away, however they were entered
# (a leaf's fast path may be jumped to).
function hex(text, value, i) {
    value = 0
    for (i = 1; i <= length(text); i++)
        value = value * 16 + index("0123456789abcdef", substr(text, i, 1)) - 1
    return value
}

function note(what, took) {
    count[what]++
    all[what] += took
    times[what, took]++
    if (!(what in fewest) || took < fewest[what])
        fewest[what] = took
    if (took > most[what])
        most[what] = took
}

BEGIN {
    for (i = 1; i < ARGC; i++) {
        split(ARGV[i], part, /[=-]/)
        name[part[2] ":"] = part[1]
        end[part[1]] = part[3] ":"
        begin[part[1]] = part[2] ":"
        ARGV[i] = ""
    }
}

$1 == "exec" {
    pc = $3
    for (f in back)
        if (pc == back[f]) {
            note(f " called", steps - start[f])
            delete back[f]
        }
    if (leaf != "" && (pc < begin[leaf] || pc >= end[leaf])) {
        if (last ~ /^ret|^c.jr$/)
            note(leaf " alone", steps - entered)
        leaf = ""
    }
    if (pc in name) {
        f = name[pc]
        leaf = f
        entered = steps
        if (last ~ /^(c\.)?jalr?$/ && !(f in back)) {
            back[f] = sprintf("%08x:", hex(substr(from, 1, 8)) + size)
            start[f] = steps
        }
    }
    steps++
    last = $5
    from = pc
    size = length($4) / 2
}

END {
    for (f in count) {
        seen = 0
        for (median = fewest[f]; median <= most[f]; median++) {
            seen += times[f, median]
            if (seen * 2 >= count[f])
                break
        }
        printf "%s: %d times, fewest %d, median %d, most %d, all %d\n", f,
            count[f], fewest[f], median, most[f], all[f]
    }
}

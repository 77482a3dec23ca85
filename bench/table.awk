# Medians and a table of what run.sh measured: of goals.tsv and the samples
# (program, engine, what, value). A line of JSON a program goes to `out`.

function median(name, engine,    n, i, j, v, sorted) {
    n = runs[name, engine]
    for (i = 1; i <= n; i++) {
        v = seconds[name, engine, i]
        for (j = i; j > 1 && sorted[j - 1] > v; j--)
            sorted[j] = sorted[j - 1]
        sorted[j] = v
    }
    return n ? sorted[int((n + 1) / 2)] : 0
}

# Instructions of the guest: Quire's count. QEMU executes the same ones where
# nothing depends on time, which is so for all but Octavo.
function guest_count(name, e,    i) {
    if ((name, e) in guest && guest[name, e] != "null")
        return guest[name, e]
    for (i = 2; i <= engines; i++)
        if ((name, engine[i]) in guest)
            return guest[name, engine[i]]
    return 0
}

function counts_alike(name) {
    return name != "boot" && name != "swap"
}

function mips(name, engine) {
    if (engine == "qemu" && !counts_alike(name) || !time[name, engine])
        return 0
    return guest_count(name, engine) / time[name, engine] / 1e6
}

function ratio(name, engine) {
    return time[name, engine] ? time[name, "qemu"] / time[name, engine] : 0
}

function host_rate(name, engine) {
    if (!((name, engine) in host) || !guest_count(name, engine))
        return 0
    return host[name, engine] / guest_count(name, engine)
}

# Four digits are enough; nothing measured is a dash.
function cell(value) {
    if (value <= 0)
        return "-"
    if (value < 0.1)
        return sprintf("%.3f", value)
    return sprintf(value < 10 ? "%.2f" : value < 100 ? "%.1f" : "%.0f", value)
}

function row(label, what,    i, v) {
    printf "%-20s", label
    for (i = 1; i <= programs; i++) {
        if (what == "title")
            v = program[i]
        else if (what == "instructions")
            v = cell(guest_count(program[i], "") / 1e6)
        else if (what == "seconds")
            v = cell(time[program[i], label])
        else if (what == "mips")
            v = cell(mips(program[i], label))
        else if (what == "ratio")
            v = cell(ratio(program[i], label))
        else
            v = cell(host_rate(program[i], label))
        printf " %10s", v
    }
    print ""
}

function goal_row(g,    i, want, got, mark) {
    printf "%-20s", goal_engine[g] ", " goal_level[g]
    for (i = 1; i <= programs; i++) {
        want = goal[g, program[i]]
        got = ratio(program[i], goal_engine[g])
        mark = !want || !got ? " " : got >= want ? "+" : "-"
        printf " %9s%s", want ? want : "", mark
    }
    print ""
}

function block(title, what,    i) {
    print "\n" title
    for (i = 1; i <= engines; i++)
        row(engine[i], what)
}

function json_number(key, value) {
    return value > 0 ? sprintf(", \"%s\": %.6g", key, value) : ""
}

function json(name,    i, e, line) {
    line = sprintf("{\"bench\": \"%s\", \"instructions\": %d", name,
        guest_count(name, ""))
    for (i = 1; i <= engines; i++) {
        e = engine[i]
        if (!time[name, e])
            continue
        line = line sprintf(", \"%s\": {\"seconds\": %.4f", e, time[name, e])
        line = line json_number("mips", mips(name, e)) \
            json_number("ratio", ratio(name, e)) \
            json_number("host_per_guest", host_rate(name, e)) "}"
    }
    return line "}"
}

BEGIN {
    engines = split("qemu interp-off interp-on jit-off jit-on", engine, " ")
}

FNR == 1 { file++ }

file == 1 && !/^#/ {
    n = split($0, field, "\t")
    if (field[1] == "engine") {
        for (i = 3; i <= n; i++)
            column[i] = field[i]
        next
    }
    goals++
    goal_engine[goals] = field[1]
    goal_level[goals] = field[2]
    for (i = 3; i <= n; i++)
        goal[goals, column[i]] = field[i]
}

file == 2 {
    if (!($1 in known)) {
        known[$1] = 1
        program[++programs] = $1
    }
    if ($3 == "seconds")
        seconds[$1, $2, ++runs[$1, $2]] = $4
    else if ($3 == "host")
        host[$1, $2] = $4
    else
        guest[$1, $2] = $4
}

END {
    for (i = 1; i <= programs; i++)
        for (j = 1; j <= engines; j++)
            time[program[i], engine[j]] = median(program[i], engine[j])
    printf "" >out
    for (i = 1; i <= programs; i++)
        print json(program[i]) >out
    close(out)

    row("", "title")
    row("10^6 instructions", "instructions")
    block("ratio to QEMU without a model", "ratio")
    print "\nwhat the translating engine should reach: + reached, - missed"
    for (g = 1; g <= goals; g++)
        goal_row(g)
    block("10^6 instructions of the guest a second", "mips")
    block("seconds", "seconds")
    block("instructions of the host for one of the guest", "host")
}

//! The manual: what is in it, and its two forms, roff for man(1) and plain text for `--manual`.
//!
//! The options come from the table; the rest of the text stands here. Nothing in a page changes by itself (no date, no host), so that
//! the generated files in `man/` can be compared with it by a test.

use super::commands;
use super::flags::{Category, POSITIONALS};
use super::help::{NEGATION, POSITIONAL_USAGE, explanation, shown, term, version};
use super::prose::{Block, blocks, fill, plain};

/// The date that the pages bear: that of the release, changed together with the version.
const REVISED: &str = "2026-11-22";

/// The manual page of `http`, `https` or `httpie` as roff source; `None` for any other name.
pub(crate) fn roff(name: &str) -> Option<String> {
    Some(render_roff(name, &page(name)?))
}

/// The same page as plain text of at most `width` columns.
pub(crate) fn text(name: &str, width: usize) -> Option<String> {
    Some(render_text(&page(name)?, width))
}

/// What a page is made of.
enum Part {
    Section(&'static str),
    Subsection(&'static str),
    /// `name - what it is`, in a form that whatis(1) understands.
    Name(String),
    /// Paragraphs in the markup of `prose`.
    Text(String),
    /// A term and its explanation.
    Entry(String, String),
}

impl Part {
    fn text(text: impl Into<String>) -> Part {
        Part::Text(text.into())
    }

    fn entry(term: impl Into<String>, text: impl Into<String>) -> Part {
        Part::Entry(term.into(), text.into())
    }
}

fn page(name: &str) -> Option<Vec<Part>> {
    match name {
        "http" => Some(client_page(
            "http",
            "send HTTP requests that are typed by people",
        )),
        "https" => Some(client_page(
            "https",
            "send HTTP requests that are typed by people, over TLS by default",
        )),
        "httpie" => Some(manager_page()),
        _ => None,
    }
}

fn client_page(program: &str, purpose: &str) -> Vec<Part> {
    let scheme = match program {
        "https" => "https, and localhost:3000 is https://localhost:3000",
        _ => "http, and localhost:3000 is http://localhost:3000",
    };
    let mut parts = vec![
        Part::Section("NAME"),
        Part::Name(format!("{program} - {purpose}")),
        Part::Section("SYNOPSIS"),
        Part::text(format!("`{program}` [OPTION ...] {POSITIONAL_USAGE}")),
        Part::Section("DESCRIPTION"),
        Part::text(format!(
            "`{program}` sends an HTTP request and prints the response: formatted and coloured on a terminal, as it came everywhere else. \
             The scheme of a URL that has none is {scheme}."
        )),
        Part::text(DESCRIPTION),
    ];
    for positional in &POSITIONALS[..2] {
        parts.push(Part::entry(positional.name, positional.long_help));
    }
    parts.push(Part::Section("REQUEST ITEMS"));
    parts.push(Part::text(POSITIONALS[2].long_help));
    parts.push(Part::text(ITEMS));
    parts.push(Part::Section("OPTIONS"));
    parts.push(Part::text(NEGATION));
    for category in Category::ALL {
        parts.push(Part::Subsection(category.title()));
        parts.extend(shown(category).map(|flag| Part::entry(term(flag), explanation(flag))));
    }
    parts.extend(common_sections());
    parts.push(Part::Section("EXAMPLES"));
    parts.push(Part::text(EXAMPLES));
    parts.push(Part::Section("SEE ALSO"));
    let other = if program == "http" { "https" } else { "http" };
    parts.push(Part::text(format!("`{other}`(1), `httpie`(1), `curl`(1)")));
    parts
}

fn manager_page() -> Vec<Part> {
    let mut parts = vec![
        Part::Section("NAME"),
        Part::Name("httpie - manage the sessions of http and https".to_owned()),
        Part::Section("SYNOPSIS"),
        Part::text(format!("`httpie http` [OPTION ...] {POSITIONAL_USAGE}")),
        Part::text(format!("`httpie https` [OPTION ...] {POSITIONAL_USAGE}")),
    ];
    for command in commands::commands() {
        let title = commands::title(command.words);
        for usage in commands::usages(command) {
            let rest = usage.strip_prefix(&title).unwrap_or_default();
            parts.push(Part::text(format!("`{title}`{rest}")));
        }
    }
    parts.extend([
        Part::text("`httpie --help`"),
        Part::text("`httpie --version`"),
        Part::Section("DESCRIPTION"),
        Part::text(commands::summary()),
        Part::Section("ARGUMENTS"),
    ]);
    let arguments = commands::ARGUMENTS.iter();
    parts.extend(arguments.map(|&(name, help)| Part::entry(name, help)));
    parts.push(Part::Section("COMMANDS"));
    for command in commands::commands() {
        let title = commands::title(command.words);
        parts.push(Part::entry(format!("`{title}`"), command.long_help));
        let options = command.options.iter();
        parts.extend(options.map(|option| {
            let heading = commands::heading(option);
            Part::entry(format!("`{title}` {heading}"), option.help)
        }));
    }
    parts.extend([
        Part::Section("OPTIONS"),
        Part::entry(
            "`--help`, `-h`",
            "Print help and exit. After a command, help on that command.",
        ),
        Part::entry("`--version`", "Print the version and exit."),
        Part::Section("EXIT STATUS"),
        Part::text(
            "0 for success and 1 for an error, such as a session that does not exist; `httpie http` and `httpie https` have those of `http`(1).",
        ),
        Part::Section("EXAMPLES"),
        Part::text(MANAGER_EXAMPLES),
        Part::Section("SEE ALSO"),
        Part::text("`http`(1), `https`(1)"),
    ]);
    parts
}

const MANAGER_EXAMPLES: &str = "\
A request, as with http:

    $ httpie http PUT example.org/users/7 name=John X-Trace:1

See what there is, and what is in it:

    $ httpie sessions list
    $ httpie sessions show alice example.org

Log out, but keep the headers:

    $ httpie sessions delete --cookies --auth alice example.org

Start from the cookies of a browser:

    $ httpie sessions import alice example.org cookies.txt";

/// What holds for both clients and does not come from the table.
fn common_sections() -> Vec<Part> {
    let mut parts = vec![Part::Section("SESSIONS"), Part::text(SESSIONS)];
    for (title, entries) in [
        ("EXIT STATUS", EXIT_STATUS),
        ("ENVIRONMENT", ENVIRONMENT),
        ("FILES", FILES),
    ] {
        parts.push(Part::Section(title));
        parts.extend(
            entries
                .iter()
                .map(|(term, text)| Part::entry(format!("`{term}`"), *text)),
        );
    }
    parts
}

const DESCRIPTION: &str = "\
What is not a terminal on standard input is sent as the body of the request; see --ignore-stdin.";

const ITEMS: &str = "\
Names of JSON fields may have brackets, which make objects and arrays:

    user[name]=John user[tags][]=a user[tags][]:=1

There, a backslash also takes away the meaning of a bracket.";

const SESSIONS: &str = "\
A session keeps headers, credentials and cookies between runs. The first use of a name makes it:

    $ http --session=alice -a alice example.org/login
    $ http --session=alice example.org/private

Kept are headers that were typed, except those that belong to one request only (Content-*, If-*, Host), credentials that were typed or asked for, and the cookies that servers set. What is typed goes over what is kept. When a redirect leads to another host, nothing of the session goes with it but the cookies that are meant for that host.

A plain name is a session of the URL's host and port, or of the Host header if one is typed. A name with a path separator is the path of a file, and such a session can be used with any host; its cookies are still bound to the hosts that set them.

A session is saved only if something changed, in one step, and together with the changes of other runs that use it at the same time: it is never half written, and no change is lost. Only its owner can read it, and a group that its owner has let in; rights that everybody had are taken away when it is saved. A file that cannot be understood is reported and left alone, and nothing is sent.";

const EXIT_STATUS: &[(&str, &str)] = &[
    (
        "0",
        "Success; without --check-status, that is any answer. With --retry, the status is that of the last attempt.",
    ),
    (
        "1",
        "An error: the command line, the connection, a file. Also when the response was shown but the session could not be saved.",
    ),
    (
        "2",
        "A time limit was over: --timeout, --connect-timeout or --wait.",
    ),
    (
        "3",
        "The status is 3xx, and the redirect is not followed (--check-status).",
    ),
    (
        "4",
        "The status is 4xx (--check-status, --errors-to-stderr, --download).",
    ),
    (
        "5",
        "The status is 5xx (--check-status, --errors-to-stderr, --download).",
    ),
    ("6", "More redirects than --max-redirects allows."),
    ("130", "Interrupted from the keyboard."),
    ("143", "Asked to end (SIGTERM)."),
];

const ENVIRONMENT: &[(&str, &str)] = &[
    (
        "HTTPIE_CONFIG_DIR",
        "The configuration directory, instead of the usual one.",
    ),
    (
        "HTTPIE_DEFAULT_OPTIONS",
        "Default options: a JSON array of strings, or words as a shell would cut them. They go over those of config.json, and typed ones go over them. A value that cannot be understood is an error.",
    ),
    ("CI", "When it is true or 1, --mask is the default."),
    (
        "XDG_CONFIG_HOME",
        "Where the usual configuration directory is; ~/.config by default.",
    ),
    (
        "REQUESTS_CA_BUNDLE, CURL_CA_BUNDLE",
        "A file of certificates to trust instead of the usual ones. The first that is set counts; --verify goes over both.",
    ),
    (
        "SSL_CERT_FILE",
        "A file of certificates to trust instead of those that are built in.",
    ),
    (
        "NO_COLOR",
        "When it is set and not empty, output is not coloured.",
    ),
];

const FILES: &[(&str, &str)] = &[
    (
        "~/.config/httpie/",
        "The configuration directory; ~/.httpie/ instead when that exists.",
    ),
    (
        "config.json",
        "The configuration, in that directory. Its default_options is a list of options that are put before those on the command line:\n\n    {\"default_options\": [\"--style=fruity\", \"--follow\"]}",
    ),
    (
        "sessions/HOST_NAME.json",
        "The session NAME of HOST, in that directory. Files where HTTPie 3 keeps them, sessions/HOST/NAME.json, are used in place.",
    ),
    ("~/.netrc", "Credentials of hosts; see --ignore-netrc."),
];

const EXAMPLES: &str = "\
A GET with a query and a header:

    $ http example.org/search q==httpie X-Trace:1

A PUT of a JSON object:

    $ http PUT example.org/users/7 name=John age:=29 tags:='[\"a\", \"b\"]'

A form with a file:

    $ http --form POST example.org/jobs name=John cv@~/cv.pdf

See what would be sent, without sending it:

    $ http --offline example.org/post hello=world

In a script: no standard input, a time limit, and the status as exit status:

    $ http --ignore-stdin --check-status --timeout=10 example.org/health

A session for the user over one for the team, which stays as it is:

    $ http --session=alice --session-read-only=./team.json example.org";

/// `prose` markup in roff. Every line is safe: none is taken for a request, and no character is changed by the typesetter.
fn render_roff(name: &str, parts: &[Part]) -> String {
    let mut out = format!(
        ".\\\" Generated by: http --generate-man {name}\n.TH {} 1 \"{REVISED}\" \"httpie {}\" \"User Commands\"\n.nh\n.ad l\n",
        name.to_uppercase(),
        version()
    );
    let mut after_heading = false;
    for part in parts {
        match part {
            Part::Section(title) => out.push_str(&format!(".SH \"{}\"\n", escape(title))),
            Part::Subsection(title) => out.push_str(&format!(".SS \"{}\"\n", escape(title))),
            Part::Name(line) => push_lines(&mut out, &[escape(line)]),
            Part::Text(text) => push_blocks(&mut out, text, ".PP", after_heading),
            Part::Entry(term, text) => {
                out.push_str(&format!(".TP\n{}\n", marked_up(term)));
                push_blocks(&mut out, text, ".IP", true);
            }
        }
        after_heading = matches!(part, Part::Section(_) | Part::Subsection(_));
    }
    out
}

/// Writes the pieces of a text with `separator` before each; before the first only if nothing else has begun a paragraph.
fn push_blocks(out: &mut String, text: &str, separator: &str, begun: bool) {
    for (index, block) in blocks(text).iter().enumerate() {
        if index > 0 || !begun {
            out.push_str(separator);
            out.push('\n');
        }
        match block {
            Block::Paragraph(words) => {
                // Filled with their marks: mandoc complains of lines of more than 80 bytes.
                let words: Vec<String> = words.iter().map(|word| marked_up(word)).collect();
                let words: Vec<&str> = words.iter().map(String::as_str).collect();
                push_lines(out, &fill(&words, 80));
            }
            Block::Literal(lines) => {
                out.push_str(".EX\n");
                let lines = lines.iter().map(|line| format!("    {}", marked_up(line)));
                push_lines(out, &lines.collect::<Vec<_>>());
                out.push_str(".EE\n");
            }
        }
    }
}

fn push_lines(out: &mut String, lines: &[String]) {
    for line in lines {
        // A dot or an apostrophe at the start of a line would make it a request.
        if line.starts_with(['.', '\'']) {
            out.push_str("\\&");
        }
        out.push_str(line);
        out.push('\n');
    }
}

/// Escapes a text and makes what stands between backticks bold.
fn marked_up(text: &str) -> String {
    let pieces = text.split('`').enumerate();
    pieces
        .map(|(index, piece)| match (index % 2, piece) {
            (1, piece) => format!("\\fB{}\\fR", escape(piece)),
            (_, piece) => escape(piece),
        })
        .collect()
}

fn escape(text: &str) -> String {
    let mut escaped = String::new();
    for letter in text.chars() {
        match letter {
            '\\' => escaped.push_str("\\e"),
            '-' => escaped.push_str("\\-"),
            '\'' => escaped.push_str("\\(aq"),
            '^' => escaped.push_str("\\(ha"),
            '~' => escaped.push_str("\\(ti"),
            _ => escaped.push(letter),
        }
    }
    escaped
}

fn render_text(parts: &[Part], width: usize) -> String {
    let mut out = String::new();
    for part in parts {
        if !out.is_empty() {
            out.push('\n');
        }
        match part {
            Part::Section(title) => out.push_str(&format!("{title}\n")),
            Part::Subsection(title) => out.push_str(&format!("  {title}\n")),
            Part::Name(line) => out.push_str(&plain(line, 4, width)),
            Part::Text(text) => out.push_str(&plain(&text.replace('`', ""), 4, width)),
            Part::Entry(term, text) => {
                out.push_str(&format!("    {}\n", term.replace('`', "")));
                out.push_str(&plain(&text.replace('`', ""), 8, width));
            }
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cli::flags::{Visibility, flags};

    #[test]
    fn no_line_of_text_is_taken_for_a_roff_request() {
        let mut out = String::new();
        push_blocks(&mut out, "'x' .y\n\n    .z \\n `-a`", ".PP", true);
        let want = "\\(aqx\\(aq .y\n.PP\n.EX\n    .z \\en \\fB\\-a\\fR\n.EE\n";
        assert_eq!(out, want);
        let mut out = String::new();
        push_blocks(&mut out, ".x", ".PP", false);
        assert_eq!(out, ".PP\n\\&.x\n");
    }

    #[test]
    fn the_pages_of_the_clients_describe_every_shown_option() {
        for name in ["http", "https"] {
            let page = text(name, 80).unwrap();
            for flag in flags().filter(|flag| flag.visibility == Visibility::Shown) {
                let term = term(flag).replace('`', "");
                assert!(page.contains(&format!("\n    {term}\n")), "{name}: {term}");
            }
        }
    }

    #[test]
    fn the_page_of_the_manager_describes_every_command_and_option() {
        let page = text("httpie", 80).unwrap();
        for command in commands::commands() {
            let title = commands::title(command.words);
            assert!(page.contains(&format!("\n    {title}\n")), "{title}");
            for option in command.options {
                let heading = commands::heading(option).replace('`', "");
                assert!(
                    page.contains(&format!("\n    {title} {heading}\n")),
                    "{heading}"
                );
            }
        }
    }

    #[test]
    fn marks_stand_in_pairs_on_every_line_of_every_text() {
        for name in ["http", "https", "httpie"] {
            for part in page(name).unwrap() {
                let (Part::Text(text) | Part::Entry(_, text)) = part else {
                    continue;
                };
                for line in text.lines() {
                    assert_eq!(line.matches('`').count() % 2, 0, "{name}: {line}");
                }
            }
        }
    }

    #[test]
    fn there_are_three_pages() {
        assert!(roff("ftp").is_none());
        assert!(text("", 80).is_none());
    }
}

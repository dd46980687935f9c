//! Command lines with what becomes of them. Results and wording were tried with HTTPie 3.2.4; where the documents let us differ,
//! that is what is expected here.

use super::super::args::{AuthType, FormatOptions, IpVersion, Pretty, RequestType, Verify};
use super::*;

/// Splits at single spaces; `_` stands for a space inside an argument, `''` for an empty one.
fn words(line: &str) -> Vec<OsString> {
    line.split(' ')
        .filter(|word| !word.is_empty())
        .map(|word| word.trim_matches('\'').replace('_', " ").into())
        .collect()
}

fn parsed(line: &str) -> Result<Parsed, String> {
    parse(Program::Http, words(line), &[]).map_err(|error| {
        assert!(error.is_usage(), "{error}");
        error.to_string()
    })
}

fn args(line: &str) -> Args {
    match parsed(line) {
        Ok(Parsed::Run(args)) => *args,
        other => panic!("{line}: {other:?}"),
    }
}

fn error(line: &str) -> String {
    match parsed(line) {
        Err(message) => message,
        Ok(other) => panic!("{line}: {other:?}"),
    }
}

/// Arguments for `http localhost` with something changed.
fn localhost(change: impl FnOnce(&mut Args)) -> Args {
    let mut args = Args {
        url: "localhost".to_owned(),
        ..Args::default()
    };
    change(&mut args);
    args
}

#[test]
fn the_first_positional_is_a_method_if_it_is_all_letters_and_another_follows() {
    for (line, method, url, items) in [
        ("foo", None, "foo", ""),
        ("GET", None, "GET", ""),
        ("GET url", Some("GET"), "url", ""),
        ("get url", Some("get"), "url", ""),
        ("a b", Some("a"), "b", ""),
        ("url a=b", Some("url"), "a=b", ""),
        ("localhost:8000 foo:bar", None, "localhost:8000", "foo:bar"),
        ("GET localhost a=b c=d", Some("GET"), "localhost", "a=b c=d"),
        ("G1 localhost", None, "G1", "localhost"),
        ("G-T localhost", None, "G-T", "localhost"),
        ("é localhost", None, "é", "localhost"),
        (":3000 a=b", None, ":3000", "a=b"),
        ("'' localhost", None, "", "localhost"),
        ("localhost ''", Some("localhost"), "", ""),
        ("x.y X:-1 -", None, "x.y", "X:-1 -"),
        ("x.y -5", None, "x.y", "-5"),
        ("x.y a=b -- --json -v --", None, "x.y", "a=b --json -v --"),
        ("-- GET x.y", Some("GET"), "x.y", ""),
        ("-v GET -f x.y -I a=b", Some("GET"), "x.y", "a=b"),
    ] {
        let got = args(line);
        assert_eq!(got.method.as_deref(), method, "{line}");
        assert_eq!(got.url, url, "{line}");
        assert_eq!(got.items.join(" "), items, "{line}");
    }
    assert_eq!(args("x.y --foo_bar").items, ["--foo bar"]);
    assert_eq!(args("x.y -Z_oo").items, ["-Z oo"]);
}

#[test]
fn options_do_what_the_table_says() {
    type Change = fn(&mut Args);
    let cases: [(&str, Change); 31] = [
        ("-vf", |a| {
            a.verbose = 1;
            a.request_type = Some(RequestType::Form);
        }),
        ("-vxx", |a| {
            a.verbose = 1;
            a.compress = 2;
        }),
        ("-vv -qq", |a| {
            a.verbose = 2;
            a.quiet = 2;
        }),
        ("-j -f", |a| a.request_type = Some(RequestType::Form)),
        ("--multipart -j", |a| {
            a.request_type = Some(RequestType::Json)
        }),
        ("-pHB", |a| a.print = Some("HB".to_owned())),
        ("-p=HB", |a| a.print = Some("HB".to_owned())),
        ("-p HB", |a| a.print = Some("HB".to_owned())),
        ("--print=HB", |a| a.print = Some("HB".to_owned())),
        ("--pri HB", |a| a.print = Some("HB".to_owned())),
        ("--print=", |a| a.print = Some(String::new())),
        ("--print ''", |a| a.print = Some(String::new())),
        ("-h -b", |a| a.print = Some("b".to_owned())),
        ("-b -h -m", |a| a.print = Some("m".to_owned())),
        ("-b -p HB", |a| a.print = Some("HB".to_owned())),
        ("-v -h", |a| {
            a.verbose = 1;
            a.print = Some("h".to_owned());
        }),
        ("--verb", |a| a.verbose = 1),
        ("--sty=pie", |a| a.style = "pie"),
        ("--pretty none", |a| a.pretty = Some(Pretty::None)),
        ("-auser:pass", |a| a.auth = Some("user:pass".to_owned())),
        ("-a=u=p", |a| a.auth = Some("u=p".to_owned())),
        ("-A bearer", |a| a.auth_type = Some(AuthType::Bearer)),
        ("--timeout -1.5", |a| a.timeout_seconds = -1.5),
        ("--timeout=-1e3", |a| a.timeout_seconds = -1000.0),
        ("--max-redirects -1", |a| a.max_redirects = -1),
        ("--raw -", |a| a.raw = Some("-".to_owned())),
        ("--raw --foo_bar", |a| a.raw = Some("--foo bar".to_owned())),
        ("--raw=-x", |a| a.raw = Some("-x".to_owned())),
        ("--verify No", |a| a.verify = Verify::No),
        ("--verify ca.pem", |a| {
            a.verify = Verify::Bundle("ca.pem".into())
        }),
        (
            "--session a --session b --session-read-only c --session-read-only d",
            |a| {
                a.session = Some("b".to_owned());
                a.session_read_only = vec!["c".to_owned(), "d".to_owned()];
            },
        ),
    ];
    for (line, change) in cases {
        assert_eq!(
            args(&format!("localhost {line}")),
            localhost(change),
            "{line}"
        );
        assert_eq!(
            args(&format!("{line} localhost")),
            localhost(change),
            "{line}"
        );
    }
}

#[test]
fn sorting_options_apply_in_the_order_of_typing() {
    let format = |json_indent, headers_sort, json_sort_keys| FormatOptions {
        json_indent,
        headers_sort,
        json_sort_keys,
        ..FormatOptions::default()
    };
    for (line, want) in [
        ("--unsorted", format(4, false, false)),
        ("--unsorted --sorted", format(4, true, true)),
        ("--no-sorted", format(4, false, false)),
        ("--no-so", format(4, false, false)),
        ("--no-sorted --no-unsorted", format(4, true, true)),
        (
            "--format-options json.indent:2 --sorted --format-options headers.sort:false",
            format(2, false, true),
        ),
        ("--no-format-options --unsorted", format(4, true, true)),
    ] {
        let got = args(&format!("{line} localhost")).format_options;
        assert_eq!(got, want, "{line}");
    }
}

#[test]
fn no_option_takes_an_option_back_wherever_it_stands() {
    for line in [
        "-v --no-verbose",
        "--no-verbose -vv",
        "--no-json --form",
        "--print HB --no-headers",
        "--no-body --print HB",
        "--session a --no-session",
        "--no-auth --auth a:b",
        "--pretty none --no-pretty",
        "--no-help",
        "--no-version",
        "--no-no-sorted --unsorted",
        "--ciphers X --no-ciphers",
        "--auth-type digest --no-auth-type",
        "-P xyz --no-history-print",
    ] {
        let got = args(&format!("localhost {line}"));
        assert_eq!(got, localhost(|_| ()), "{line}");
    }
}

fn defaults(origin: &str, options: &[&str]) -> DefaultOptions {
    DefaultOptions {
        origin: origin.to_owned(),
        words: options.iter().map(|option| (*option).to_owned()).collect(),
        positionals: Positionals::Allowed,
    }
}

#[test]
fn typed_options_go_over_the_environments_and_these_over_the_files() {
    let layered = |file: &[&str], variable: &[&str], line| {
        let layers = [
            defaults("config.json", file),
            defaults("VARIABLE", variable),
        ];
        match parse(Program::Http, words(line), &layers) {
            Ok(Parsed::Run(args)) => *args,
            other => panic!("{line}: {other:?}"),
        }
    };
    let style = |file, variable, line| layered(file, variable, line).style;
    assert_eq!(
        style(&["--style=pie"], &["--style=fruity"], "localhost"),
        "fruity"
    );
    assert_eq!(
        style(&[], &["--style=fruity"], "localhost --style=pie"),
        "pie"
    );
    assert_eq!(
        style(&["--style=pie"], &["--no-style"], "localhost"),
        "auto"
    );
    // A way back in a lower place does not take back what stands above it.
    assert_eq!(style(&[], &["--no-style"], "localhost --style=pie"), "pie");
    let credentials = |variable, line| {
        let args = layered(&["--auth=file"], variable, line);
        (args.auth, args.auth_from)
    };
    let some = |text: &str| Some(text.to_owned());
    assert_eq!(
        credentials(&["--auth-from=env:A"], "localhost"),
        (None, some("env:A"))
    );
    assert_eq!(
        credentials(&["--auth-from=env:A"], "localhost -a b"),
        (some("b"), None)
    );
    assert_eq!(credentials(&[], "localhost"), (some("file"), None));
}

#[test]
fn the_names_of_options_are_found_without_their_values() {
    let words = ["-va", "u:p", "--style=pie", "--no-form", "--auth", "x", "y"];
    let words = words.map(str::to_owned);
    assert_eq!(
        option_names(&words),
        ["--verbose", "--auth", "--style", "--no-form", "--auth"]
    );
}

#[test]
fn the_configuration_file_is_refused_by_an_option_alone() {
    for (line, want) in [
        ("--no-config localhost", true),
        ("localhost --no-conf", true),
        ("localhost -- --no-config", false),
        ("localhost", false),
    ] {
        assert_eq!(refuses_config_file(&words(line)), want, "{line}");
    }
}

#[test]
fn defaults_from_the_configuration_come_first() {
    let config = |options: &[&str], line| match parse(
        Program::Http,
        words(line),
        &[defaults("config.json", options)],
    ) {
        Ok(Parsed::Run(args)) => *args,
        other => panic!("{line}: {other:?}"),
    };
    let got = config(
        &["--form", "--style=fruity", "-v"],
        "--style=pie localhost -v",
    );
    let want = localhost(|args| {
        args.request_type = Some(RequestType::Form);
        args.style = "pie";
        args.verbose = 2;
    });
    assert_eq!(got, want);
    let got = config(&["--form"], "localhost --no-form");
    assert_eq!(got, localhost(|_| ()));
}

#[test]
fn help_version_and_the_like_end_the_parse() {
    for (line, want) in [
        ("--help", Parsed::Help),
        ("localhost --foo --help", Parsed::Help),
        ("--version --help", Parsed::Version),
        ("--manual", Parsed::Manual),
        ("--debug", Parsed::DebugInfo),
        ("--generate-man https", Parsed::GenerateMan("https")),
    ] {
        assert_eq!(parsed(line), Ok(want), "{line}");
    }
    assert!(args("--debug localhost").debug);
}

#[test]
fn errors_have_the_wording_of_argparse() {
    let url_required = "the following arguments are required: URL";
    for (line, want) in [
        ("", url_required),
        ("-v", url_required),
        ("--foo", url_required),
        ("-p HB", url_required),
        (
            "x --foo --bar=3 -Z y",
            "unrecognized arguments: --foo --bar=*** -Z",
        ),
        ("x -Zv", "unrecognized arguments: -Zv"),
        ("x -5x", "unrecognized arguments: -5x"),
        ("x --no-foo", "unrecognized arguments: --no-foo"),
        ("x --no-verb", "unrecognized arguments: --no-verb"),
        ("x --no-v", "unrecognized arguments: --no-v"),
        ("x --no-json=3", "unrecognized arguments: --no-json=***"),
        ("x --generate", "unrecognized arguments: --generate"),
        (
            "x --no-generate-man",
            "unrecognized arguments: --no-generate-man",
        ),
        (
            "x --ver=no",
            "ambiguous option: --ver=*** could match --verbose, --verify, --version",
        ),
        (
            "x --p HB",
            "ambiguous option: --p could match --pretty, --print, --proxy, --path-as-is",
        ),
        (
            "x --h",
            "ambiguous option: --h could match --headers, --history-print, --help",
        ),
        (
            "x --no-",
            "ambiguous option: --no- could match --no-sorted, --no-unsorted",
        ),
        (
            "x --json=3",
            "argument --json/-j: ignored explicit argument '3'",
        ),
        (
            "x --json=",
            "argument --json/-j: ignored explicit argument ''",
        ),
        ("x -j=", "argument --json/-j: ignored explicit argument ''"),
        (
            "x -v=1",
            "argument --verbose/-v: ignored explicit argument '1'",
        ),
        (
            "x -vZf",
            "argument --verbose/-v: ignored explicit argument 'Zf'",
        ),
        (
            "x -v-f",
            "argument --verbose/-v: ignored explicit argument '-f'",
        ),
        (
            "x -f_oo",
            "argument --form/-f: ignored explicit argument '***'",
        ),
        (
            "x --help=1",
            "argument --help: ignored explicit argument '1'",
        ),
        ("x --auth", "argument --auth/-a: expected one argument"),
        (
            "x --auth --st",
            "ambiguous option: --st could match --style, --stream",
        ),
        ("x --auth -x", "argument --auth/-a: expected one argument"),
        ("x -vfA", "argument --auth-type/-A: expected one argument"),
        ("x --raw --", "argument --raw: expected one argument"),
        ("x --raw --foo", "argument --raw: expected one argument"),
        (
            "x --timeout -1e3",
            "argument --timeout: expected one argument",
        ),
        (
            "x --timeout abc",
            "argument --timeout: invalid float value: 'abc'",
        ),
        (
            "x --max-redirects 1.5",
            "argument --max-redirects: invalid int value: '1.5'",
        ),
        (
            "x --pretty foo --help",
            "argument --pretty: invalid choice: 'foo' (choose from 'all', 'colors', 'format', 'none')",
        ),
        (
            "x -A foo",
            "argument --auth-type/-A: invalid choice: 'foo' (choose from 'basic', 'bearer', 'digest')",
        ),
        (
            "x --verify=",
            "argument --verify: expected yes, no, system or a path, not ''",
        ),
        (
            "x --format-options foo",
            "argument --format-options: invalid option 'foo'",
        ),
        (
            "x --proxy foo",
            "argument --proxy: 'foo' is not a valid value",
        ),
        ("x -pxHy", "Unknown output options: --print=x,y"),
        ("x -P q", "Unknown output options: --history-print=q"),
    ] {
        assert_eq!(error(line), want, "{line}");
    }
}

#[test]
fn no_error_repeats_what_may_be_a_secret() {
    for (line, named) in [
        ("x -uann:s3cret", "-u***"),
        ("x --auht=ann:s3cret", "--auht=***"),
        ("x --aut=ann:s3cret", "--aut=***"),
        (
            "x -A ann:s3cret",
            "--auth-type/-A: invalid choice: 'ann***'",
        ),
        ("x --pretty=ann:s3cret", "--pretty"),
        ("x --form=ann:s3cret", "--form/-f: ignored"),
        ("x -ps3cret", "--print=3,c,e,r,s,t"),
    ] {
        let said = error(line);
        assert!(said.contains(named) && !said.contains("s3cret"), "{said}");
    }
}

#[test]
fn https_fixes_the_default_scheme() {
    let scheme = |program, line| match parse(program, words(line), &[]) {
        Ok(Parsed::Run(args)) => args.default_scheme,
        other => panic!("{other:?}"),
    };
    assert_eq!(scheme(Program::Http, "x"), "http");
    assert_eq!(scheme(Program::Http, "x --default-scheme=ws"), "ws");
    assert_eq!(scheme(Program::Https, "x --default-scheme=http"), "https");
}

#[cfg(unix)]
#[test]
fn bytes_that_are_not_utf8_are_a_path_or_an_error_but_never_a_panic() {
    use std::os::unix::ffi::OsStringExt;
    let line = |bytes: &[&[u8]]| {
        let argv = bytes.iter().map(|bytes| OsString::from_vec(bytes.to_vec()));
        parse(Program::Http, argv, &[]).map_err(|error| error.to_string())
    };
    let Ok(Parsed::Run(args)) = line(&[b"x", b"-o", b"a\xff"]) else {
        panic!("a path may have any bytes");
    };
    assert_eq!(
        args.output,
        Some(OsString::from_vec(b"a\xff".to_vec()).into())
    );
    for (argv, want) in [
        (
            &[&b"x\xff"[..]][..],
            "the argument 'x***' is not valid UTF-8",
        ),
        (
            &[b"x", b"--auth=\xff"],
            "argument --auth/-a: it is not valid UTF-8",
        ),
        (
            &[b"x", b"-v\xff"],
            "argument --verbose/-v: ignored explicit argument '***'",
        ),
        (&[b"x", b"-\xff"], "unrecognized arguments: -\u{fffd}"),
        (&[b"x", b"--\xff"], "unrecognized arguments: --\u{fffd}"),
    ] {
        assert_eq!(line(argv), Err(want.to_owned()));
    }
}

#[test]
fn no_short_command_line_makes_the_parser_panic() {
    let pieces = [
        "-", "--", "=", "v", "p", "no-", "json", "5", " ", "é", "", "help", ".",
    ];
    for first in pieces {
        for second in pieces {
            for third in pieces {
                let joined = [first, second, third].concat();
                for argv in [
                    vec![joined.clone()],
                    vec![first.to_owned(), [second, third].concat()],
                ] {
                    let _ = parse(Program::Http, argv.into_iter().map(OsString::from), &[]);
                }
            }
        }
    }
}

#[test]
fn options_of_ours_take_no_prefix_and_no_number_from_httpies() {
    assert!(!args("x --un").format_options.headers_sort);
    assert_eq!(args("x --unix=/s").unix_socket, Some("/s".into()));
    assert_eq!(args("x -4").ip_version, Some(IpVersion::V4));
    assert_eq!(args("x -v6").ip_version, Some(IpVersion::V6));
    assert_eq!(args("x -4 -6").ip_version, Some(IpVersion::V6));
    assert_eq!(args("x --ipv6 -4").ip_version, Some(IpVersion::V4));
    assert_eq!(args("x --raw -4").raw.as_deref(), Some("-4"));
    assert_eq!(args("x --raw -42").raw.as_deref(), Some("-42"));
    assert_eq!(args("x.org -42").items, ["-42"]);
}

#[test]
fn a_proxy_can_be_for_one_host() {
    let rule = |typed: &str| {
        let rule = args(&format!("x --proxy={typed}")).proxy.remove(0);
        (rule.protocol, rule.url)
    };
    for (typed, protocol, url) in [
        ("http:p:3128", "http", "p:3128"),
        ("http://p:3128", "http", "//p:3128"),
        ("https:http://u:x@p", "https", "http://u:x@p"),
        ("http\\://h:http://p", "http://h", "http://p"),
        ("http\\://h:p", "http://h", "p"),
        ("all://h:socks5://p:1", "all://h", "socks5://p:1"),
        ("http:", "http", ""),
    ] {
        assert_eq!(
            rule(typed),
            (protocol.to_owned(), url.to_owned()),
            "{typed}"
        );
    }
}

//! Request items, bodies, methods and default headers: what a typed line makes a server receive.

#[path = "../support/mod.rs"]
mod support;

mod bodies;
mod credentials;
mod headers;
mod multipart;
mod stdin;
mod urls;

use support::{Answer, Outcome, Program, Received, Server, TempFolder};

/// Runs one line against a server and gives what came. `{url}` and `{port}` stand for the server.
fn send(args: &[&str]) -> Received {
    send_from(&TempFolder::new(), args, |program| program)
}

fn send_with_stdin(args: &[&str], stdin: &str) -> Received {
    send_from(&TempFolder::new(), args, |program| program.stdin(stdin))
}

fn send_from(
    folder: &TempFolder,
    args: &[&str],
    prepare: impl FnOnce(Program) -> Program,
) -> Received {
    let server = Server::start(|_| Answer::ok("fine"));
    prepare(Program::http(folder).args(fill(args, &server))).run_well();
    server.only_request()
}

/// Runs a line that must fail before anything is sent.
fn refused(args: &[&str]) -> Outcome {
    let folder = TempFolder::new();
    let server = Server::start(|_| Answer::ok("fine"));
    let outcome = Program::http(&folder).args(fill(args, &server)).run();
    assert_eq!(server.connection_count(), 0, "nothing may be sent");
    outcome
}

fn fill(args: &[&str], server: &Server) -> Vec<String> {
    let port = server.port().to_string();
    let filled = args.iter().map(|arg| {
        arg.replace("{url}", &server.url(""))
            .replace("{port}", &port)
    });
    filled.collect()
}

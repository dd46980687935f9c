//! URLs: their scheme, their host, their path and the items of their query.

use crate::send;
use crate::support::{self, Answer, Program, Received, Server, TempFolder};

#[test]
fn query_items_are_added_and_encoded() {
    for (args, target) in [
        (
            &["{url}/p", "a==1", "b==x y", "c==&=+/?"][..],
            "/p?a=1&b=x+y&c=%26%3D%2B%2F%3F",
        ),
        (&["{url}/p?x=1", "a==1"], "/p?x=1&a=1"),
        (&["{url}/p", "a==1", "a==2"], "/p?a=1&a=2"),
        (&["{url}/p?x=ž#part", "a==ž"], "/p?x=%C5%BE&a=%C5%BE"),
        (&["{url}/p", "empty=="], "/p?empty="),
    ] {
        assert_eq!(send(args).target(), target, "{args:?}");
    }
}

#[test]
fn paths_are_normalised_unless_told_otherwise() {
    for (args, target) in [
        (&["{url}"][..], "/"),
        (&["{url}/a/../b/./c"], "/b/c"),
        (&["--path-as-is", "{url}/a/../b/./c"], "/a/../b/./c"),
        (&["{url}/ž/%c5%be/%7E/a b"], "/%C5%BE/%C5%BE/~/a%20b"),
        (&["{url}//double//"], "//double//"),
    ] {
        assert_eq!(send(args).target(), target, "{args:?}");
    }
}

#[test]
fn localhost_can_be_left_out_of_a_url() {
    let request = send(&[":{port}/short"]);
    assert_eq!(request.target(), "/short");
    assert!(
        request
            .header("Host")
            .is_some_and(|host| host.starts_with("localhost:"))
    );
}

#[test]
fn the_default_scheme_can_be_chosen() {
    let server = Server::start(|_| Answer::ok("fine"));
    let folder = TempFolder::new();
    let bare = format!("127.0.0.1:{}/bare", server.port());
    Program::http(&folder)
        .args(["--default-scheme=http", &bare])
        .run_well();
    Program::https(&folder).arg(server.url("/typed")).run_well();
    let targets: Vec<String> = server.requests().iter().map(Received::target).collect();
    assert_eq!(targets, ["/bare", "/typed"]);
}

#[test]
fn https_is_the_default_scheme_of_https() {
    let folder = TempFolder::new();
    let outcome = Program::https(&folder)
        .args(["--offline", "-v", "example.test/x"])
        .run_well();
    assert!(outcome.stdout_text().contains("Host: example.test\r\n"));
    let authority = support::Authority::new();
    let server = Server::start_tls(authority.issue(&["127.0.0.1"]), |_| Answer::ok("fine"));
    let bare = format!("127.0.0.1:{}/", server.port());
    Program::https(&folder)
        .args(["--verify=no", &bare])
        .run_well();
    // `https` insists on its own scheme, whatever is typed: HTTPie's behaviour.
    Program::https(&folder)
        .args(["--default-scheme=http", "--verify=no", &bare])
        .run_well();
    Program::http(&folder)
        .args(["--default-scheme=https", "--verify=no", &bare])
        .run_well();
    assert_eq!(server.request_count(), 3);
}

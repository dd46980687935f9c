//! What a downloaded file is called, and that nothing else is touched.

use std::os::unix::fs::symlink;
use std::sync::Barrier;

use super::support::{Answer, Server, TempFolder};
use super::{BODY, download, saved, ten_bytes};

#[test]
fn the_url_names_the_file_and_the_type_gives_it_an_ending() {
    let server = Server::start(|_| ten_bytes());
    let folder = TempFolder::new();
    for path in ["/a/report", "/x.tar.gz", "/", "/a%20b%2Fc"] {
        let outcome = download(&server, &folder, &["-d", &server.url(path)]);
        assert_eq!(outcome.status, 0, "{}", outcome.text());
    }
    assert_eq!(
        saved(&folder),
        ["a%20b%2Fc.txt", "index.txt", "report.txt", "x.tar.gz"]
    );
    assert_eq!(folder.read("work/report.txt"), BODY);
}

#[test]
fn the_endings_of_types_are_those_of_httpie() {
    let endings = [
        ("application/x-ruby", "rb"),
        ("application/zstd", "zst"),
        ("text/vnd.trolltech.linguist", "ts"),
        ("Text/X-Java; charset=utf-8", "java"),
    ];
    for (media_type, ending) in endings {
        let server = Server::start(move |_| Answer::ok(BODY).header("Content-Type", media_type));
        let folder = TempFolder::new();
        download(&server, &folder, &["-d", &server.url("/file")]);
        assert_eq!(saved(&folder), [format!("file.{ending}")], "{media_type}");
    }
}

#[test]
fn the_first_url_names_the_file_after_a_redirect() {
    let server = Server::start(|request| match request.target().as_str() {
        "/redirect/1" => Answer::redirect(302, "/get"),
        _ => Answer::json("{}"),
    });
    let folder = TempFolder::new();
    let outcome = download(&server, &folder, &["-d", &server.url("/redirect/1")]);
    assert_eq!(outcome.status, 0);
    assert_eq!(saved(&folder), ["1.json"]);
}

#[test]
fn hostile_names_stay_in_the_folder() {
    let long = format!("{}.txt", "ä".repeat(200));
    let names = [
        ("\"../../x\"", "x"),
        ("/etc/passwd", "passwd"),
        (".bashrc", "bashrc"),
        ("\"..\"", "url.txt"),
        ("\".\"", "url.txt-1"),
        ("\"\"", "url.txt-2"),
        ("\"a\0b\u{1b}[31m\"", "ab[31m"),
        ("\"c\rd\"", "cd"),
        ("\"C:\\\\temp\\\\e.txt\"", "e.txt"),
        ("\"naïve ☺.txt\"", "naïve ☺.txt"),
    ];
    for (typed, want) in names {
        let head = format!(
            "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Disposition: attachment; filename={typed}\r\nContent-Length: 10\r\n\r\n{BODY}"
        );
        let folder = TempFolder::new();
        for taken in ["url.txt", "url.txt-1"] {
            if want > taken && want.starts_with("url") {
                folder.write(&format!("work/{taken}"), "mine");
            }
        }
        let server = Server::start(move |_| Answer::raw(head.clone()));
        let outcome = download(&server, &folder, &["-d", &server.url("/url")]);
        assert_eq!(outcome.status, 0, "{typed:?}: {}", outcome.text());
        assert_eq!(folder.read(&format!("work/{want}")), BODY, "{typed:?}");
        let others = folder.files().into_iter();
        let others: Vec<_> = others.filter(|path| !path.starts_with("work/")).collect();
        assert_eq!(others, [""; 0], "{typed:?}");
    }
    let folder = TempFolder::new();
    let server = Server::start(move |_| {
        ten_bytes().header(
            "Content-Disposition",
            format!("attachment; filename=\"{long}\""),
        )
    });
    for _ in 0..2 {
        let outcome = download(&server, &folder, &["-d", &server.url("/url")]);
        assert_eq!(outcome.status, 0, "{}", outcome.text());
    }
    let files = saved(&folder);
    assert_eq!(files.len(), 2);
    assert!(files.iter().all(|name| (250..=255).contains(&name.len())));
    assert!(files.iter().any(|name| name.ends_with("ä.txt")));
    assert!(files.iter().any(|name| name.ends_with("ä.txt-1")));
}

#[test]
fn what_is_there_already_is_never_written_over() {
    let server = Server::start(|_| ten_bytes());
    let folder = TempFolder::new();
    folder.write("work/file.txt", "mine");
    symlink(folder.join("victim"), folder.join("work/file.txt-1")).unwrap();
    std::fs::create_dir(folder.join("work/file.txt-2")).unwrap();
    let outcome = download(&server, &folder, &["-d", &server.url("/file")]);
    assert_eq!(outcome.status, 0, "{}", outcome.text());
    assert!(outcome.text().contains("Downloading to file.txt-3"));
    assert_eq!(folder.read("work/file.txt"), "mine");
    assert_eq!(folder.read("work/file.txt-3"), BODY);
    assert!(!folder.join("victim").exists());
}

#[test]
fn two_downloads_at_once_never_share_a_file() {
    let together = Barrier::new(2);
    let server = Server::start(move |request| {
        together.wait();
        Answer::ok(request.header("X-Who").unwrap_or_default())
    });
    let folder = TempFolder::new();
    std::thread::scope(|scope| {
        for who in ["X-Who:one", "X-Who:two"] {
            let (server, folder) = (&server, &folder);
            scope.spawn(move || {
                let outcome = download(server, folder, &["-d", &server.url("/file"), who]);
                assert_eq!(outcome.status, 0, "{}", outcome.text());
            });
        }
    });
    assert_eq!(saved(&folder), ["file", "file-1"]);
    let mut both = [folder.read("work/file"), folder.read("work/file-1")];
    both.sort();
    assert_eq!(both, ["one", "two"]);
}

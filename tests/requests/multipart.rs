//! Multipart bodies: their bytes, their boundaries and their type.

use crate::support::{TempFolder, text};
use crate::{send, send_from};

#[test]
fn multipart_bodies_have_exact_bytes() {
    let folder = TempFolder::new();
    folder.write("work/a.txt", "text of a\n");
    folder.write("work/data", b"\x00\xff");
    let args = [
        "--multipart",
        "--boundary=edge",
        "{url}/",
        "x=1",
        "up@a.txt",
        "raw@data;type=x/y",
        "y=ž",
    ];
    let request = send_from(&folder, &args, |program| program);
    let expected = b"--edge\r\nContent-Disposition: form-data; name=\"x\"\r\n\r\n1\r\n\
        --edge\r\nContent-Disposition: form-data; name=\"up\"; filename=\"a.txt\"\r\nContent-Type: text/plain\r\n\r\ntext of a\n\r\n\
        --edge\r\nContent-Disposition: form-data; name=\"raw\"; filename=\"data\"\r\nContent-Type: x/y\r\n\r\n\x00\xff\r\n\
        --edge\r\nContent-Disposition: form-data; name=\"y\"\r\n\r\n\xc5\xbe\r\n--edge--\r\n";
    assert_eq!(text(&request.body), text(expected));
    assert_eq!(request.body, expected);
    let kind = request.header("Content-Type");
    assert_eq!(kind.as_deref(), Some("multipart/form-data; boundary=edge"));
}

#[test]
fn the_names_of_files_tell_their_types_as_in_httpie() {
    let folder = TempFolder::new();
    let types = [
        ("x.ts", Some("text/vnd.trolltech.linguist")),
        ("x.java", Some("text/x-java")),
        ("X.RB", Some("application/x-ruby")),
        ("x.zst", Some("application/zstd")),
        ("x.xml", Some("application/xml")),
        ("x.py", Some("text/x-python")),
        ("x.json", Some("application/json")),
        ("x.unheard-of", None),
    ];
    let mut args = vec!["--multipart".to_owned(), "{url}/".to_owned()];
    for (name, _) in types {
        folder.write(&format!("work/{name}"), "");
        args.push(format!("{name}@{name}"));
    }
    let args: Vec<_> = args.iter().map(String::as_str).collect();
    let body = send_from(&folder, &args, |program| program).body_text();
    for (name, media_type) in types {
        let media_type = media_type.map(|known| format!("Content-Type: {known}\r\n"));
        let part = format!(
            "name=\"{name}\"; filename=\"{name}\"\r\n{}\r\n",
            media_type.unwrap_or_default()
        );
        assert!(body.contains(&part), "{name}: {body}");
    }
    let whole = send_from(&folder, &["{url}/", "@x.ts"], |program| program);
    assert_eq!(whole.header("Content-Type").as_deref(), types[0].1);
}

#[test]
fn a_form_with_a_file_becomes_multipart_with_a_boundary_of_its_own() {
    let folder = TempFolder::new();
    folder.write("work/a.txt", "text");
    let args = ["--form", "{url}/", "up@a.txt"];
    let request = send_from(&folder, &args, |program| program);
    let kind = request.header("Content-Type").expect("a form has a type");
    let boundary = kind
        .strip_prefix("multipart/form-data; boundary=")
        .expect("a boundary");
    assert!(boundary.len() >= 16, "{boundary}");
    assert!(
        request
            .body_text()
            .starts_with(&format!("--{boundary}\r\n"))
    );
    assert!(
        request
            .body_text()
            .ends_with(&format!("\r\n--{boundary}--\r\n"))
    );
}

#[test]
fn a_typed_multipart_type_gets_the_boundary_that_it_lacks() {
    let typed = |value: &str| {
        let item = format!("Content-Type:{value}");
        let args = ["--multipart", "--boundary=XX", "{url}/", &item, "a=b"];
        send(&args).header("Content-Type").unwrap_or_default()
    };
    assert_eq!(typed("multipart/magic"), "multipart/magic; boundary=XX");
    assert_eq!(
        typed("multipart/magic; boundary=YY"),
        "multipart/magic; boundary=YY"
    );
    // Neither `Content-Type:` nor `Content-Type;` takes it away.
    let usual = "multipart/form-data; boundary=XX";
    assert_eq!(typed(""), usual);
    let args = [
        "--multipart",
        "--boundary=XX",
        "{url}/",
        "Content-Type;",
        "a=b",
    ];
    assert_eq!(send(&args).header("Content-Type").as_deref(), Some(usual));
}

#[test]
fn an_empty_boundary_is_none() {
    let request = send(&["--multipart", "--boundary=", "{url}/", "a=b"]);
    let content_type = request.header("Content-Type").unwrap_or_default();
    assert!(content_type.len() > "multipart/form-data; boundary=".len() + 20);
}

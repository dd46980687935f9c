//! Names that servers give to files. `tests/downloads/names.rs` says what becomes of each; here, that none leads elsewhere.

use std::path::Path;

use super::support::{Program, RawServer, TempFolder};

const NAMES: &[&[u8]] = &[
    b"attachment; filename=\"../../escape\"",
    b"attachment; filename=\"..\\\\..\\\\escape\"",
    b"attachment; filename=\"/etc/escape\"",
    b"attachment; filename=\"//host/share/escape\"",
    b"attachment; filename=\"C:\\\\escape\"",
    b"attachment; filename=\"~/escape\"",
    b"attachment; filename=\"$HOME/escape\"",
    b"attachment; filename*=UTF-8''%2e%2e%2fescape",
    b"attachment; filename*=UTF-8''%2fetc%2fescape",
    b"attachment; filename*=UTF-8''a%00b",
    b"attachment; filename*=UTF-8''%e",
    b"attachment; filename*=UTF-8''%ff%fe",
    b"attachment; filename*=nonsense",
    b"attachment; filename*=ROT13''frperg",
    b"attachment; filename*=''",
    b"attachment; filename=\"a\0b\"",
    b"attachment; filename=\"\x1b[2J\"",
    b"attachment; filename=\"\xff\xfe\"",
    b"attachment; filename=\"..\"",
    b"attachment; filename=\"...\"",
    b"attachment; filename=.profile",
    b"attachment; filename=-rf",
    b"attachment; filename=",
    b"attachment; filename=\"never ending",
    b"attachment; filename=\"a\\",
    b"attachment; filename=CON",
    b"attachment; filename=\"a\nb\"",
    b"attachment; filename=a; filename=../b",
    b"filename=\xe2\x80\xae",
    b";;;=;filename",
    b"",
];

/// Every file that was made lies in the present folder under a name that a shell and a terminal can be trusted with.
#[test]
fn names_that_lead_elsewhere_lead_nowhere() {
    let long = [b"attachment; filename=\"", &[b'x'; 5000][..], b"\""].concat();
    for disposition in NAMES.iter().copied().chain([long.as_slice()]) {
        let head = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Disposition: ";
        let answer = [head, disposition, b"\r\n\r\nhi"].concat();
        let server = RawServer::start(move |mut connection| connection.answer(&answer));
        let folder = TempFolder::new();
        let program = Program::http(&folder).args(["--download", &server.url("/x")]);
        let outcome = program.run_in_terminal();
        let shown = String::from_utf8_lossy(disposition);
        assert_eq!(outcome.status, 0, "{shown:?}: {}", outcome.text());
        let files = folder.files();
        assert_eq!(files.len(), 1, "{shown:?}: {files:?}");
        let name = files[0].strip_prefix("work/");
        let name = name.unwrap_or_else(|| panic!("{shown:?} led to {files:?}"));
        assert_eq!(
            Path::new(name).components().count(),
            1,
            "{shown:?}: {name:?}"
        );
        let is_fine = !name.starts_with(['.', '-', '~'])
            && !name.contains(|c: char| c.is_control() || "\\/".contains(c));
        assert!(is_fine, "{shown:?}: {name:?}");
        assert_eq!(folder.read(&files[0]), "hi");
    }
}

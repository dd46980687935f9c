//! A walk through sessions with the real programs: a login, its reuse, a base that others inherit from, a redirect
//! that would carry a secret away, and the file in which all that is kept.
//!
//! Run with `cargo run --release --example tour`. Each step is checked; the first that is not as it should be ends the
//! tour with a failure. With `--serve FILE` it is two servers, of which the second speaks TLS: it tells their ports, writes
//! the certificate of their authority into the file, and ends with its input.

#[path = "../support/mod.rs"]
mod support;

use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};

use support::{Answer, Authority, Outcome, Program, Received, Server, TempFolder, text};

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let result = match arguments[..] {
        [] => build().and_then(|programs| Tour::new(&programs).walk()),
        ["--serve", file] => serve(Path::new(file)).map_err(|error| error.to_string()),
        _ => Err("the only option is --serve FILE".to_owned()),
    };
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(reason) => {
            eprintln!("\nThe tour ends here: {reason}");
            ExitCode::FAILURE
        }
    }
}

/// Builds the programs where this example was built, and gives the folder that they are in.
fn build() -> Result<PathBuf, String> {
    let example = std::env::current_exe().map_err(|error| error.to_string())?;
    // <target folder>[/<triple>]/<profile>/examples/tour
    let profile_folder = example
        .ancestors()
        .nth(2)
        .ok_or("this example lies nowhere")?;
    let mut target_folder = profile_folder.parent().ok_or("this example lies nowhere")?;
    let mut command = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    command.args(["build", "--quiet", "--bins", "--manifest-path"]);
    command.arg(Path::new(env!("CARGO_MANIFEST_DIR")).join("Cargo.toml"));
    let profile = profile_folder.file_name().unwrap_or_default();
    // The folder of the profile `dev` has another name than the profile.
    command.arg("--profile").arg(if profile == "debug" {
        "dev".as_ref()
    } else {
        profile
    });
    // Cargo keeps what it knows of the compiler at the top of the target folder.
    if !target_folder.join(".rustc_info.json").exists() {
        command
            .arg("--target")
            .arg(target_folder.file_name().unwrap_or_default());
        target_folder = target_folder.parent().ok_or("this example lies nowhere")?;
    }
    command.arg("--target-dir").arg(target_folder);
    match command.status() {
        Ok(status) if status.success() => Ok(profile_folder.to_owned()),
        Ok(_) => Err("the programs could not be built".to_owned()),
        Err(error) => Err(format!("cargo could not be run: {error}")),
    }
}

/// For a binary in another root, which can be given nothing but ports and a file.
fn serve(authority_file: &Path) -> io::Result<()> {
    let tell = |request: &Received| {
        let (method, target) = (request.method(), request.target());
        Answer::ok(format!("{method} {target} {}", request.body_text()))
    };
    let authority = Authority::new();
    std::fs::write(authority_file, authority.pem())?;
    let identity = authority.issue(&["api.internal", "127.0.0.1"]);
    let (plain, secure) = (Server::start(tell), Server::start_tls(identity, tell));
    println!("{} {}", plain.port(), secure.port());
    io::stdout().flush()?;
    io::copy(&mut io::stdin(), &mut io::sink()).map(drop)
}

/// The service that the tour talks to: a login, a page for those who are in, notes, and a redirect to elsewhere.
fn service(request: &Received) -> Answer {
    let cookies = request.header("Cookie").unwrap_or_default();
    let host = request.header("Host").unwrap_or_default();
    let port = host.rsplit(':').next().unwrap_or_default();
    let target = request.target();
    match target.as_str() {
        "/login" if request.body_text() == "user=ann&password=sesame" => {
            Answer::json(r#"{"welcome":"ann"}"#).header("Set-Cookie", "sid=7f3a; Path=/; HttpOnly")
        }
        "/me" if cookies.contains("sid=7f3a") => Answer::json(&described(request)),
        "/team" => Answer::json(&described(request)),
        "/notes/1" if request.method() == "PUT" => Answer::new("201 Created")
            .header("Content-Type", "application/json")
            .body(request.body.clone()),
        "/away" => Answer::redirect(302, format!("http://localhost:{port}/elsewhere")),
        "/elsewhere" => Answer::json(&described(request)),
        _ => Answer::new("403 Forbidden").body("who are you?"),
    }
}

/// What the service saw of the one who asks.
fn described(request: &Received) -> String {
    let seen = ["X-Api-Key", "X-Team", "Cookie"].iter().map(|&name| {
        let value = request
            .header(name)
            .map_or(serde_json::Value::Null, Into::into);
        (name.to_owned(), value)
    });
    serde_json::Value::Object(seen.collect()).to_string()
}

struct Tour {
    programs: PathBuf,
    folder: TempFolder,
    server: Server,
}

impl Tour {
    fn new(programs: &Path) -> Tour {
        Tour {
            programs: programs.to_owned(),
            folder: TempFolder::new(),
            server: Server::start(service),
        }
    }

    fn walk(&self) -> Result<(), String> {
        println!(
            "What follows was typed and answered just now, by the real programs. On a terminal, heads would be"
        );
        println!("shown too, and colours; here heads are shown where `-v` asks for them.");
        self.log_in()?;
        self.come_back()?;
        self.inherit()?;
        self.put_json()?;
        self.be_led_away()?;
        self.look_at_the_file()?;
        println!("\nThat was the tour. All was as it should be, and nothing of it is left.");
        Ok(())
    }

    fn log_in(&self) -> Result<(), String> {
        say(
            "A form logs in. The session `user1` takes over the cookie of the answer and the header that was typed.",
        );
        let args = [
            "--session=user1",
            "--form",
            ":/login",
            "user=ann",
            "password=sesame",
            "X-Api-Key:secret",
        ];
        let outcome = self.run(&args)?;
        expect(
            outcome.stdout_text().contains("\"welcome\": \"ann\""),
            "the login is not answered",
        )
    }

    fn come_back(&self) -> Result<(), String> {
        say("Later, the name of the session is enough.");
        let shown = self.run(&["--session=user1", ":/me"])?.stdout_text();
        expect(
            shown.contains("\"X-Api-Key\": \"secret\""),
            "the header was not kept",
        )?;
        expect(shown.contains("sid=7f3a"), "the cookie was not kept")
    }

    fn inherit(&self) -> Result<(), String> {
        say("A base holds what a team shares.");
        self.run(&["--session=base", ":/team", "X-Team:blue"])?;
        let base = self.folder.read(&self.session("base"));
        say(
            "Another session is laid over it: what `user1` lacks comes from `base`, which is only read.",
        );
        let args = ["--session=user1", "--session-read-only=base", ":/me"];
        let shown = self.run(&args)?.stdout_text();
        expect(
            shown.contains("\"X-Team\": \"blue\""),
            "nothing was inherited",
        )?;
        expect(
            shown.contains("\"X-Api-Key\": \"secret\""),
            "the session's own header is gone",
        )?;
        expect(
            self.folder.read(&self.session("base")) == base,
            "the base was changed",
        )
    }

    fn put_json(&self) -> Result<(), String> {
        say("A document goes as JSON; `-v` shows the bytes that are sent.");
        let args = [
            "-v",
            "--session=user1",
            "PUT",
            ":/notes/1",
            "title=Tour",
            "stars:=5",
            "tags[]=http",
            "tags[]=rust",
        ];
        let outcome = self.run(&args)?;
        let request = self.server.last_request();
        let body = r#"{"title": "Tour", "stars": 5, "tags": ["http", "rust"]}"#;
        expect(request.body_text() == body, "another body was sent")?;
        expect(
            outcome.stdout_text().contains("201 Created"),
            "the note was not taken",
        )
    }

    fn be_led_away(&self) -> Result<(), String> {
        say("A redirect leads to another host. What the session holds stays behind.");
        let shown = self
            .run(&["--session=user1", "--follow", ":/away"])?
            .stdout_text();
        let last = self.server.last_request();
        expect(
            last.target() == "/elsewhere",
            "the redirect was not followed",
        )?;
        expect(
            last.header("X-Api-Key").is_none(),
            "the session's header went to another host",
        )?;
        expect(
            last.header("Cookie").is_none(),
            "the session's cookie went to another host",
        )?;
        expect(
            shown.contains("\"X-Api-Key\": null"),
            "the answer is not what was expected",
        )
    }

    fn look_at_the_file(&self) -> Result<(), String> {
        say("All that is one file, which only its owner can read.");
        let path = self.session("user1");
        println!("$ ls -l ~/.config/httpie/sessions");
        for file in self.folder.files() {
            println!("{} {}", mode(&self.folder.join(&file)), name(&file));
        }
        println!("$ cat ~/.config/httpie/sessions/{}", name(&path));
        println!("{}", self.folder.read(&path));
        expect(
            mode(&self.folder.join(&path)) == "-rw-------",
            "others can read the session",
        )?;
        let files = [self.session("base"), path];
        expect(
            self.folder.files() == files,
            "there is another file beside the sessions",
        )
    }

    /// Shows the line as a user would type it, runs it, and shows the answer.
    fn run(&self, args: &[&str]) -> Result<Outcome, String> {
        let here = format!("127.0.0.1:{}/", self.server.port());
        let args: Vec<String> = args
            .iter()
            .map(|arg| match arg.strip_prefix(":/") {
                Some(path) => format!("{here}{path}"),
                None => (*arg).to_owned(),
            })
            .collect();
        println!("$ http {}", args.join(" "));
        let program = Program::at(&self.programs.join("http"), &self.folder);
        let outcome = program
            .args(["--pretty=format", "--check-status"])
            .args(&args)
            .run();
        println!("{}", text(&outcome.stdout).trim_end());
        expect(
            outcome.status == 0,
            &format!("status {}: {}", outcome.status, outcome.stderr_text()),
        )?;
        Ok(outcome)
    }

    fn session(&self, name: &str) -> String {
        format!(
            "config/sessions/127.0.0.1%3A{}_{name}.json",
            self.server.port()
        )
    }
}

fn name(path: &str) -> &str {
    path.rsplit('/').next().unwrap_or(path)
}

fn say(words: &str) {
    println!("\n# {words}");
}

fn expect(fact: bool, otherwise: &str) -> Result<(), String> {
    if fact {
        Ok(())
    } else {
        Err(otherwise.to_owned())
    }
}

/// The mode of a file the way `ls` writes it.
#[cfg(unix)]
fn mode(path: &Path) -> String {
    use std::os::unix::fs::PermissionsExt;
    let mode = std::fs::metadata(path).map_or(0, |metadata| metadata.permissions().mode());
    let shown = "rwxrwxrwx".chars().enumerate().map(|(index, letter)| {
        if mode & (0o400 >> index) == 0 {
            '-'
        } else {
            letter
        }
    });
    format!("-{}", shown.collect::<String>())
}

/// Where there are no modes, the home folder keeps others out.
#[cfg(not(unix))]
fn mode(_path: &Path) -> String {
    "-rw-------".to_owned()
}

//! A peer for tests of handshakes: it says what it was given to say, whatever it hears, and remembers that.

use std::io::{self, Cursor, Read, Write};

/// The other end of a stream.
pub(super) struct ScriptedPeer {
    /// What it says, and how far that was read.
    pub(super) script: Cursor<Vec<u8>>,
    pub(super) heard: Vec<u8>,
}

impl ScriptedPeer {
    pub(super) fn saying(script: impl AsRef<[u8]>) -> ScriptedPeer {
        ScriptedPeer {
            script: Cursor::new(script.as_ref().to_vec()),
            heard: Vec::new(),
        }
    }
}

impl Read for ScriptedPeer {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        self.script.read(out)
    }
}

impl Write for ScriptedPeer {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.heard.extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

//! Keeps the name look-ups of a static glibc binary inside the binary.
//!
//! glibc's resolver loads the modules that the host's `nsswitch.conf` names, with the host's own libc: in a static
//! binary a known cause of crashes. Before the first look-up we tell it to use what is linked in: the hosts file and DNS.
//! **There is `unsafe` code here**, one call of a C function; only static builds with glibc have it.

#[cfg(all(target_os = "linux", target_env = "gnu", target_feature = "crt-static"))]
#[allow(unsafe_code, reason = "glibc offers this setting to C only")]
pub(super) fn prepare() {
    use std::ffi::{c_char, c_int};
    use std::sync::Once;

    unsafe extern "C" {
        fn __nss_configure_lookup(database: *const c_char, service_line: *const c_char) -> c_int;
    }
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        // SAFETY: both arguments are NUL-terminated and live for ever; glibc copies what it keeps. No other thread runs
        // that could be in a look-up. A failure leaves the system's setting, which is what we would have without it.
        unsafe {
            __nss_configure_lookup(c"hosts".as_ptr(), c"files dns".as_ptr());
        }
    });
}

/// Dynamic builds, and other systems' C libraries, need no preparation.
#[cfg(not(all(target_os = "linux", target_env = "gnu", target_feature = "crt-static")))]
pub(super) fn prepare() {}

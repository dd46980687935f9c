//! The positional arguments, METHOD URL ITEM..., in the same form as the options.

/// One positional argument.
pub(crate) struct Positional {
    pub(crate) name: &'static str,
    pub(crate) required: bool,
    pub(crate) repeated: bool,
    pub(crate) short_help: &'static str,
    /// Written as a [`super::Flag`]'s.
    pub(crate) long_help: &'static str,
}

/// The positional arguments, in their order.
pub(crate) static POSITIONALS: [Positional; 3] = [
    Positional {
        name: "METHOD",
        required: false,
        repeated: false,
        short_help: "The HTTP method: GET, POST, PUT, DELETE or any other word",
        long_help: "\
The HTTP method: GET, POST, PUT, PATCH, DELETE or any other word of letters.

It can be left out: the method is POST when there is something to send, and GET otherwise.

    $ http example.org               # GET
    $ http example.org hello=world   # POST

The first of several positional arguments is taken as the method when it has letters only. A host that has letters only, such as localhost, therefore needs the method or a scheme, a port or a slash when something follows it.",
    },
    Positional {
        name: "URL",
        required: true,
        repeated: false,
        short_help: "The URL; http:// and localhost can be left out",
        long_help: "\
The URL of the request. Without a scheme it is http:// (https:// when the program is called as https); see --default-scheme.

An address that begins with a colon is on localhost:

    $ http :3000        # http://localhost:3000
    $ http :/path       # http://localhost/path",
    },
    Positional {
        name: "REQUEST_ITEM",
        required: false,
        repeated: true,
        short_help: "Headers, URL parameters, data fields and files",
        long_help: "\
A part of the request. The separator decides what it is:

    Name:value      a header; `Name:` removes it, `Name;` sends it empty
    name==value     a parameter of the URL's query
    name=value      a text field of the JSON object or the form
    name:=value     a JSON value that is not text: 42, true, [1, 2]
    name@path       a file to upload, with --form or --multipart;
                    `name@path;type=image/png` also says its type
    name=@path      a text field with the content of a file
    name:=@path     a JSON value with the content of a file
    name==@path     a query parameter with the content of a file
    Name:@path      a header with the content of a file
    @path           the whole body, from a file

A backslash takes away the meaning of a separator that belongs to the name:

    field\\:with\\:colons=value",
    },
];

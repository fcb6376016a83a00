using System.Text;

namespace ImageGateway.Streaming;

/// <content>How a truncated text can be completed.</content>
internal abstract partial class JsonScanner
{
    private static readonly string[] Words = ["true", "false", "null"];

    /// <summary>True when only white space has arrived.</summary>
    public bool IsEmpty => _state == State.Between && _last == Last.Nothing;

    /// <summary>True when the input is not JSON, or too deeply nested.</summary>
    public bool HasGivenUp => _state == State.GaveUp;

    /// <summary>True when a complete text has arrived.</summary>
    public bool IsWhole => _state == State.Between && _last == Last.Value && Depth == 0;

    /// <summary>
    /// What to append to a truncated text so that members of its outermost object can follow; null when it is not an object.
    /// The appended values do not matter: the members that follow turn the text into something else.
    /// </summary>
    public string? ToNextMember()
    {
        if (HasGivenUp || Depth == 0 || (_objects & 1) == 0)
            return null;
        var text = new StringBuilder();
        var last = EndToken(text);
        text.Append(last switch
        {
            Last.Name => ":0",
            Last.Colon => "0",
            Last.Comma when Depth > 1 => InObject ? "\"\":0" : "0",
            _ => "",
        });
        for (var depth = Depth; depth > 1; depth--)
            text.Append(((_objects >> (depth - 1)) & 1) == 1 ? '}' : ']');
        return text.Append(Depth == 1 && last is (Last.Opening or Last.Comma) ? "" : ",").ToString();
    }

    private Last EndToken(StringBuilder text)
    {
        if (_state == State.Literal)
            text.Append(EndOf(Encoding.UTF8.GetString(_token, 0, _tokenLength)));
        if (_state == State.Literal)
            return Last.Value;
        if (_state != State.String)
            return _last;
        // A lone backslash becomes two; missing digits of \uXXXX become zeros.
        text.Append(_escape == 1 ? "\\" : new string('0', Math.Max(_escape - 1, 0))).Append('"');
        return _isName ? Last.Name : Last.Value;
    }

    private static string EndOf(string literal) =>
        Array.Find(Words, word => word.StartsWith(literal, StringComparison.Ordinal)) is { } whole ? whole[literal.Length..]
        : literal is [.., >= '0' and <= '9'] ? "" : "0";
}

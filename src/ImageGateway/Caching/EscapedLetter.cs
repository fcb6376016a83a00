using System.Globalization;

namespace ImageGateway.Caching;

/// <summary>
/// A base64 letter written as a JSON escape (RFC 8259 §7), which may arrive in pieces: <c>\/</c>, as some encoders write a
/// slash, or <c>\u002B</c>, as .NET's own encoder writes a plus.
/// </summary>
internal sealed class EscapedLetter
{
    private const int Short = 2;
    private const int Long = 6;

    private readonly byte[] _text = new byte[Long];
    private int _length;

    /// <summary>True when it has started and is incomplete.</summary>
    public bool IsOpen => _length > 0 && _length < (_length >= Short && _text[1] == 'u' ? Long : Short);

    /// <summary>The letter of a complete escape; 0, which base64 does not use, when it is not a base64 letter.</summary>
    public byte Letter => _text[1] switch
    {
        (byte)'/' => (byte)'/',
        (byte)'u' when byte.TryParse(_text.AsSpan(Short), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var letter) => letter,
        _ => 0,
    };

    /// <summary>
    /// Takes the bytes of <paramref name="text"/> that belong to it, starting a new escape with its backslash if none is open;
    /// returns how many: at least one.
    /// </summary>
    public int Write(ReadOnlySpan<byte> text)
    {
        if (!IsOpen)
            _length = 0;
        var count = 0;
        do
            _text[_length++] = text[count++];
        while (IsOpen && count < text.Length);
        return count;
    }
}

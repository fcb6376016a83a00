using System.Globalization;

namespace ImageGateway.Caching;

/// <summary>
/// A letter of base64 that a JSON string has as an escape (RFC 8259 §7), which may come in pieces: <c>\/</c>, as some encoders write a
/// slash, or <c>\u002B</c>, as .NET's own writes a plus.
/// </summary>
internal sealed class EscapedLetter
{
    private const int Short = 2;
    private const int Long = 6;

    private readonly byte[] _text = new byte[Long];
    private int _length;

    /// <summary>True when it has begun and is not whole.</summary>
    public bool IsOpen => _length > 0 && _length < (_length >= Short && _text[1] == 'u' ? Long : Short);

    /// <summary>The letter of a whole escape; 0, which is none of base64, when it stands for nothing that base64 is written with.</summary>
    public byte Letter => _text[1] switch
    {
        (byte)'/' => (byte)'/',
        (byte)'u' when byte.TryParse(_text.AsSpan(Short), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var letter) => letter,
        _ => 0,
    };

    /// <summary>Takes what of <paramref name="text"/> belongs to it; where none is open, a new one begins with its backslash. How many bytes that are: at least one.</summary>
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

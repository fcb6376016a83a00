using System.Buffers;

namespace ImageGateway.Streaming;

/// <summary>
/// A push tokenizer for JSON that arrives in pieces of any length. It keeps names and short values (up to
/// <see cref="MaxToken"/> bytes, raw) and skips long ones, so that an image of 30 MB passes without being held. It never
/// throws: input that is not JSON is read as far as it makes sense.
/// </summary>
internal abstract partial class JsonScanner
{
    /// <summary>Longest token that is kept, in bytes as written; 21 letters as \uXXXX escapes fit.</summary>
    public const int MaxToken = 256;

    // The default depth of System.Text.Json.
    private const int MaxDepth = 64;

    private static readonly SearchValues<byte> EndOfLiteral = SearchValues.Create(",]} \n\r\t\"{[:"u8);

    private readonly byte[] _token = new byte[MaxToken];
    private int _tokenLength;
    private bool _tokenFits;
    private State _state;
    private bool _isName;
    private int _escape;
    private ulong _objects;

    private Last _last;

    private enum State : byte { Between, String, Literal, GaveUp }

    // The last element outside of strings and literals.
    private enum Last : byte { Nothing, Opening, Comma, Name, Colon, Value }

    /// <summary>Bytes taken so far, up to the current token.</summary>
    protected long Position { get; private set; }

    /// <summary>Objects and arrays around the current place.</summary>
    protected int Depth { get; private set; }

    /// <summary>Takes the next piece.</summary>
    public void Write(ReadOnlySpan<byte> bytes)
    {
        while (!bytes.IsEmpty)
        {
            var rest = _state switch
            {
                State.String => InString(bytes),
                State.Literal => InLiteral(bytes),
                State.Between => Between(bytes),
                _ => default,
            };
            Position += bytes.Length - rest.Length;
            bytes = rest;
        }
    }

    /// <summary>Ends the text: a number at the very end has no terminator.</summary>
    public void Complete()
    {
        if (_state == State.Literal)
            EndLiteral();
    }

    /// <summary>Starts over for another text.</summary>
    public virtual void Reset()
    {
        (_state, _last, Depth, _objects, _isName, _escape, Position) = (State.Between, Last.Nothing, 0, 0, false, 0, 0);
    }

    /// <summary>An object or array has ended; <see cref="Depth"/> no longer counts it, <see cref="Position"/> is its last byte.</summary>
    protected virtual void OnEnd() { }

    /// <summary>A string value begins, and has at least one letter; its end may be megabytes away.</summary>
    protected virtual void OnText() { }

    /// <summary>A member's name, raw between its quotes; empty when it was too long to keep.</summary>
    protected abstract void OnName(ReadOnlySpan<byte> name);

    /// <summary>A string value, raw between its quotes; <paramref name="fits"/> is false when it was too long to keep.</summary>
    protected abstract void OnString(ReadOnlySpan<byte> value, bool fits);

    /// <summary>A number, true, false or null.</summary>
    protected abstract void OnLiteral(ReadOnlySpan<byte> value);

    /// <summary>An object or array begins; <see cref="Depth"/> counts it already.</summary>
    protected abstract void OnStart(bool isObject);

    private bool InObject => Depth > 0 && ((_objects >> (Depth - 1)) & 1) == 1;

    private ReadOnlySpan<byte> Between(ReadOnlySpan<byte> bytes)
    {
        var current = bytes[0];
        switch (current)
        {
            case (byte)'"':
                BeginToken(State.String);
                break;
            case (byte)'{' or (byte)'[':
                Start(isObject: current == '{');
                break;
            case (byte)'}' or (byte)']':
                Depth = Math.Max(Depth - 1, 0);
                (_isName, _last) = (false, Last.Value);
                OnEnd();
                break;
            case (byte)',':
                (_isName, _last) = (InObject, Last.Comma);
                break;
            case (byte)':':
                (_isName, _last) = (false, Last.Colon);
                break;
            case (byte)' ' or (byte)'\n' or (byte)'\r' or (byte)'\t':
                break;
            default:
                BeginToken(State.Literal);
                return bytes;
        }
        return bytes[1..];
    }

    private void Start(bool isObject)
    {
        if (Depth == MaxDepth)
        {
            _state = State.GaveUp;
            return;
        }
        var bit = 1UL << Depth++;
        _objects = isObject ? _objects | bit : _objects & ~bit;
        (_isName, _last) = (isObject, Last.Opening);
        OnStart(isObject);
    }

    private ReadOnlySpan<byte> InString(ReadOnlySpan<byte> bytes)
    {
        if (_escape > 0)
            return InEscape(bytes);
        if (_tokenLength == 0 && _tokenFits && !_isName && bytes[0] != '"')
            OnText();
        var end = bytes.IndexOfAny((byte)'"', (byte)'\\');
        Keep(end < 0 ? bytes : bytes[..end]);
        if (end < 0)
            return default;
        if (bytes[end] == '\\')
        {
            Keep("\\"u8);
            _escape = 1;
            return bytes[(end + 1)..];
        }
        EndString();
        return bytes[(end + 1)..];
    }

    // 1: after the backslash; 5 to 2: one more than the number of digits of \uXXXX that are missing.
    private ReadOnlySpan<byte> InEscape(ReadOnlySpan<byte> bytes)
    {
        if (_escape > 1 && !char.IsAsciiHexDigit((char)bytes[0]))
        {
            _escape = 0;
            return bytes;
        }
        _escape = _escape > 2 ? _escape - 1 : _escape == 1 && bytes[0] == 'u' ? 5 : 0;
        Keep(bytes[..1]);
        return bytes[1..];
    }

    private ReadOnlySpan<byte> InLiteral(ReadOnlySpan<byte> bytes)
    {
        var end = bytes.IndexOfAny(EndOfLiteral);
        Keep(end < 0 ? bytes : bytes[..end]);
        if (end < 0)
            return default;
        EndLiteral();
        return bytes[end..];
    }

    private void BeginToken(State state) => (_state, _tokenLength, _tokenFits) = (state, 0, true);

    private void Keep(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length > MaxToken - _tokenLength)
        {
            _tokenFits = false;
            return;
        }
        bytes.CopyTo(_token.AsSpan(_tokenLength));
        _tokenLength += bytes.Length;
    }

    private void EndString()
    {
        (_state, _last) = (State.Between, _isName ? Last.Name : Last.Value);
        var token = _tokenFits ? _token.AsSpan(0, _tokenLength) : default;
        if (_isName)
            OnName(token);
        else
            OnString(token, _tokenFits);
    }

    private void EndLiteral()
    {
        (_state, _last) = (State.Between, Last.Value);
        if (_tokenFits)
            OnLiteral(_token.AsSpan(0, _tokenLength));
    }
}

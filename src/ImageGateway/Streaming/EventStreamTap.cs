using System.Text;

namespace ImageGateway.Streaming;

/// <summary>
/// The tap of a server-sent event stream. Lines end with LF, CR or CRLF; an event ends with an empty line
/// (HTML Living Standard §9.2). A stream that is cut before that empty line does not count the event.
/// </summary>
internal sealed class EventStreamTap : Tap
{
    /// <summary>Longer than any error.</summary>
    public const int MostError = 4 * 1024;

    private readonly AnswerReader _data = new();
    private readonly byte[] _field = new byte[8];
    private readonly byte[] _event = new byte[JsonScanner.MaxToken];
    private byte[] _error = [];
    private int _fieldLength;
    private int _eventLength;
    private int _errorLength;
    private int _mark;
    private long _position;
    private long _passable;
    private long _eventStart;
    private bool _hasData;
    private bool _afterCarriageReturn;
    private Line _line;
    private Verdict _verdict;
    private AnswerFacts _facts = new();

    private enum Line : byte { Start, Field, BeforeValue, Data, Event, Ignored }

    public override Verdict Verdict => _verdict;

    public override AnswerFacts Facts => _facts;

    /// <summary>True when an error event has arrived.</summary>
    public bool HasFailed { get; private set; }

    /// <summary>The data of the first error event, at most 4 KiB; before that, of the event that has not ended.</summary>
    public ReadOnlySpan<byte> Error => _error.AsSpan(0, _errorLength);

    /// <summary>
    /// All bytes except those of an event that may still be an error, at most 4 KiB of them, and those of an error event, which
    /// the gateway replaces with a redacted one.
    /// </summary>
    public override long Passable => _passable;

    /// <summary>True when the error event was too long to be held.</summary>
    public bool IsErrorPassed => HasFailed && _passable > _eventStart;

    /// <summary>True when the bytes so far end at the start of a line.</summary>
    public bool IsAtLineStart => _line == Line.Start && _mark is 0 or 3;

    /// <summary>True when the bytes so far end within a data line.</summary>
    public bool IsInData => _line == Line.Data;

    /// <summary>The data of the event that has not ended yet.</summary>
    public JsonScanner Data => _data;

    public override bool IsWhole(int pictures) => _facts.Images >= pictures && !HasFailed;

    public override void Write(ReadOnlySpan<byte> bytes)
    {
        var last = _position + bytes.Length;
        bytes = WithoutMark(bytes);
        while (!bytes.IsEmpty)
        {
            if (_afterCarriageReturn && bytes[0] == '\n')
            {
                _afterCarriageReturn = false;
                bytes = bytes[1..];
                continue;
            }
            _afterCarriageReturn = false;
            var end = bytes.IndexOfAny((byte)'\n', (byte)'\r');
            InLine(end < 0 ? bytes : bytes[..end]);
            if (end < 0)
                break;
            _afterCarriageReturn = bytes[end] == '\r';
            bytes = bytes[(end + 1)..];
            _position = last - bytes.Length;
            EndLine();
        }
        _position = last;
        Pass();
    }

    // An event named as an image passes as it arrives; any other is classified at its end.
    private void Pass()
    {
        if (HasFailed && !IsErrorPassed)
            return;
        var isOutside = IsAtLineStart && !_hasData && _eventLength == 0;
        if (isOutside && !HasFailed)
            _eventStart = _position;
        var isPicture = _event.AsSpan(0, _eventLength).StartsWith("image_"u8) || (_data.Type is { } type && IsPicture(type));
        if (isOutside || isPicture || _position - _eventStart > MostError)
            _passable = _position;
    }

    public override void Complete() { }

    // A byte order mark at the very start is not part of the first line; other bytes that start like one are.
    private ReadOnlySpan<byte> WithoutMark(ReadOnlySpan<byte> bytes)
    {
        var mark = "\uFEFF"u8;
        for (; _mark < mark.Length && !bytes.IsEmpty; bytes = bytes[1..])
        {
            if (bytes[0] == mark[_mark++])
                continue;
            InLine(mark[..(_mark - 1)]);
            _mark = mark.Length;
            return bytes;
        }
        return bytes;
    }

    private void InLine(ReadOnlySpan<byte> bytes)
    {
        while (!bytes.IsEmpty && _line is Line.Start or Line.Field or Line.BeforeValue)
            bytes = _line == Line.BeforeValue ? BeforeValue(bytes) : InField(bytes);
        if (bytes.IsEmpty)
            return;
        if (_line == Line.Data)
            TakeData(bytes);
        else if (_line == Line.Event)
            Keep(bytes, _event, ref _eventLength);
        Judge(eventEnded: false);
    }

    private ReadOnlySpan<byte> InField(ReadOnlySpan<byte> bytes)
    {
        var colon = bytes.IndexOf((byte)':');
        var part = colon < 0 ? bytes : bytes[..colon];
        var room = Math.Min(part.Length, _field.Length - _fieldLength);
        part[..room].CopyTo(_field.AsSpan(_fieldLength));
        // A name longer than all known ones overflows by one, so that it equals none of them.
        _fieldLength += room;
        _line = Line.Field;
        if (room < part.Length)
            _line = Line.Ignored;
        else if (colon >= 0)
            _line = Line.BeforeValue;
        return colon < 0 ? default : bytes[(colon + 1)..];
    }

    private ReadOnlySpan<byte> BeforeValue(ReadOnlySpan<byte> bytes)
    {
        BeginValue();
        return bytes[0] == ' ' ? bytes[1..] : bytes;
    }

    private void BeginValue()
    {
        var field = _field.AsSpan(0, _fieldLength);
        if (field.SequenceEqual("data"u8))
        {
            if (_hasData)
                TakeData("\n"u8);
            (_hasData, _line) = (true, Line.Data);
        }
        else if (field.SequenceEqual("event"u8))
        {
            (_eventLength, _line) = (0, Line.Event);
        }
        else
        {
            _line = Line.Ignored;
        }
    }

    // Whether an event is an error is known at its end, unless its name says that it is an image.
    private void TakeData(ReadOnlySpan<byte> bytes)
    {
        _data.Write(bytes);
        var name = _event.AsSpan(0, _eventLength);
        if (HasFailed || name.EndsWith(".partial_image"u8) || name.EndsWith(".completed"u8))
            return;
        if (_error.Length == 0)
            _error = new byte[MostError];
        Keep(bytes, _error, ref _errorLength);
    }

    private static void Keep(ReadOnlySpan<byte> bytes, byte[] room, ref int used)
    {
        var kept = Math.Min(bytes.Length, room.Length - used);
        bytes[..kept].CopyTo(room.AsSpan(used));
        used += kept;
    }

    private void EndLine()
    {
        if (_line == Line.Start)
        {
            EndEvent();
            return;
        }
        if (_line is Line.Field or Line.BeforeValue)
            BeginValue();
        (_line, _fieldLength) = (Line.Start, 0);
        Judge(eventEnded: false);
    }

    private void EndEvent()
    {
        if (_hasData)
        {
            _data.Complete();
            Judge(eventEnded: true);
            Count();
            HasFailed |= IsError(EventName);
        }
        if (!HasFailed)
            (_errorLength, _eventStart, _passable) = (0, _position, _position);
        _data.Reset();
        (_hasData, _eventLength) = (false, 0);
    }

    // The first event's name decides, whether in its event line or its data; an error is classified when it is complete.
    private void Judge(bool eventEnded)
    {
        if (_verdict != Verdict.Undecided)
            return;
        var line = _line != Line.Event ? EventName : null;
        var isError = IsError(line);
        var named = _data.Type ?? line;
        if (eventEnded)
            _verdict = isError ? Verdict.Error : named is null ? Verdict.Undecided : Verdict.Answer;
        else if (named is not null && !isError && IsPicture(named))
            _verdict = Verdict.Answer;
    }

    private void Count()
    {
        var type = _data.Type ?? EventName ?? "";
        if (type.EndsWith(".partial_image", StringComparison.Ordinal))
        {
            _facts = _facts with { PartialImages = _facts.PartialImages + 1 };
            return;
        }
        if (!type.EndsWith(".completed", StringComparison.Ordinal))
            return;
        _facts = new AnswerFacts
        {
            // One completed event per image, each with its own usage; if one lacks it, the total is unknown.
            Usage = _facts.Images == 0 ? _data.Usage : _facts.Usage + _data.Usage,
            Images = _facts.Images + 1,
            PartialImages = _facts.PartialImages,
            Size = _data.Size ?? _facts.Size,
            Quality = _data.Quality ?? _facts.Quality,
            Background = _data.Background ?? _facts.Background,
            OutputFormat = _data.OutputFormat ?? _facts.OutputFormat,
        };
    }

    private string? EventName => _eventLength > 0 ? Encoding.UTF8.GetString(_event, 0, _eventLength) : null;

    // The data of an error event may be the bare error, whose own type differs.
    private bool IsError(string? name) => _data.HasError || name is "error" || _data.Type is "error";

    private static bool IsPicture(string name) => name.StartsWith("image_", StringComparison.Ordinal);
}

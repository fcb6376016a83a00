using System.Buffers.Text;
using System.Text;
using System.Text.Json;
using ImageGateway.Images;

namespace ImageGateway.Streaming;

/// <summary>
/// Reads one JSON text of a provider's response, a whole body or one event: usage, resolved parameters, number of images, and
/// whether it is an error. If a name is repeated, the last one counts, as in common parsers.
/// </summary>
internal sealed class AnswerReader : JsonScanner
{
    private readonly UsageCounts _usage = new();
    private Member _top;
    private Member _second;
    private Picture _named;
    private Picture _item;

    private enum Member : byte { Other, Data, Usage, Error, InputDetails, OutputDetails, Input, Output, Type, Size, Quality, Background, OutputFormat }

    // How an item of data brings its picture.
    [Flags]
    private enum Picture : byte { None, Base64, Url }

    /// <summary>The event's type, as in <c>image_generation.completed</c>.</summary>
    public string? Type { get; private set; }

    public string? Size { get; private set; }
    public string? Quality { get; private set; }
    public string? Background { get; private set; }
    public string? OutputFormat { get; private set; }

    /// <summary>Entries of <c>data</c> with an image or an image's URL; an entry counts from the first character of that value.</summary>
    public int DataItems { get; private set; }

    /// <summary>The position of the items of <c>data</c> in the text: from after the opening bracket to the closing one.</summary>
    public (long Start, long End) DataRange { get; private set; }

    /// <summary>True when there is an <c>error</c> that is not null.</summary>
    public bool HasError { get; private set; }

    /// <summary>
    /// The counts in <c>usage</c>; null when it is absent, has no counts or has not ended, since missing counts would be read
    /// as zero.
    /// </summary>
    public TokenUsage? Usage => _top == Member.Usage && Depth > 1 ? null : _usage.ToUsage();

    public override void Reset()
    {
        base.Reset();
        _usage.Clear();
        (_top, _second, Type, Size, Quality, Background, OutputFormat, DataItems, HasError) = (Member.Other, Member.Other, null, null, null, null, null, 0, false);
    }

    protected override void OnName(ReadOnlySpan<byte> name)
    {
        if (Depth > 3 || (Depth > 1 && _top != Member.Usage && !IsInItem))
            return;
        Span<byte> room = stackalloc byte[MaxToken];
        var plain = Unescaped(name, room);
        if (Depth == 1)
            _top = Top(plain);
        else if (IsInItem)
            NameInItem(plain.SequenceEqual("b64_json"u8) ? Picture.Base64 : plain.SequenceEqual("url"u8) ? Picture.Url : Picture.None);
        else if (Depth == 2)
            _second = Second(plain);
        else if (_second is Member.InputDetails or Member.OutputDetails)
            _usage.Name(plain);
    }

    protected override void OnText()
    {
        if (IsInItem)
            Count(_item | _named);
    }

    protected override void OnString(ReadOnlySpan<byte> value, bool fits)
    {
        BeginValue(Depth, isNull: false);
        if (Depth != 1 || _top < Member.Type)
            return;
        Span<byte> plain = stackalloc byte[MaxToken];
        var text = fits ? Encoding.UTF8.GetString(Unescaped(value, plain)) : null;
        switch (_top)
        {
            case Member.Type: Type = text; break;
            case Member.Size: Size = text; break;
            case Member.Quality: Quality = text; break;
            case Member.Background: Background = text; break;
            case Member.OutputFormat: OutputFormat = text; break;
        }
    }

    protected override void OnLiteral(ReadOnlySpan<byte> value)
    {
        BeginValue(Depth, isNull: value.SequenceEqual("null"u8));
        // A token count is an integer; 1e2 or 1.5 is not.
        if (_top == Member.Usage && Utf8Parser.TryParse(value, out long count, out var used) && used == value.Length)
            UsageValue(Depth, count);
    }

    protected override void OnStart(bool isObject)
    {
        BeginValue(Depth - 1, isNull: false);
        if (IsInItem)
            (_named, _item) = (Picture.None, Picture.None);
        // A value of the wrong type is treated as unknown.
        if (Depth == 2)
            _second = Member.Other;
        if (Depth == 2 && (isObject ? _top == Member.Data : _top == Member.Usage))
            _top = Member.Other;
        if (Depth == 3 && !isObject)
            _second = Member.Other;
        if (Depth == 2 && _top == Member.Data)
            DataRange = (Position + 1, 0);
    }

    protected override void OnEnd()
    {
        if (Depth == 1 && _top == Member.Data)
            DataRange = DataRange with { End = Position };
    }

    private bool IsInItem => Depth == 3 && _top == Member.Data;

    // What follows replaces what was called so before.
    private void NameInItem(Picture named)
    {
        _named = named;
        Count(_item & ~named);
    }

    private void Count(Picture item)
    {
        DataItems += (item != Picture.None ? 1 : 0) - (_item != Picture.None ? 1 : 0);
        _item = item;
    }

    // A later value of the same name fully replaces the earlier one.
    private void BeginValue(int depth, bool isNull)
    {
        if (_top == Member.Usage && depth > 1)
        {
            UsageValue(depth, null);
            return;
        }
        if (depth != 1)
            return;
        switch (_top)
        {
            case Member.Usage: _usage.Clear(); break;
            case Member.Data: (DataItems, _item) = (0, Picture.None); break;
            case Member.Error: HasError = !isNull; break;
            case Member.Type: Type = null; break;
            case Member.Size: Size = null; break;
            case Member.Quality: Quality = null; break;
            case Member.Background: Background = null; break;
            case Member.OutputFormat: OutputFormat = null; break;
        }
    }

    private void UsageValue(int depth, long? count)
    {
        switch (_second)
        {
            case Member.Input when depth == 2: _usage.Input = count; break;
            case Member.Output when depth == 2: _usage.Output = count; break;
            case Member.InputDetails or Member.OutputDetails when depth == 2: _usage.ClearDetails(_second == Member.InputDetails); break;
            case Member.InputDetails or Member.OutputDetails when depth == 3: _usage.Detail(_second == Member.InputDetails, count); break;
        }
    }

    private static Member Top(ReadOnlySpan<byte> name) =>
        name.SequenceEqual("data"u8) ? Member.Data
        : name.SequenceEqual("usage"u8) ? Member.Usage
        : name.SequenceEqual("error"u8) ? Member.Error
        : name.SequenceEqual("type"u8) ? Member.Type
        : name.SequenceEqual("size"u8) ? Member.Size
        : name.SequenceEqual("quality"u8) ? Member.Quality
        : name.SequenceEqual("background"u8) ? Member.Background
        : name.SequenceEqual("output_format"u8) ? Member.OutputFormat
        : Member.Other;

    private static Member Second(ReadOnlySpan<byte> name) =>
        name.SequenceEqual("input_tokens"u8) ? Member.Input
        : name.SequenceEqual("output_tokens"u8) ? Member.Output
        : name.SequenceEqual("input_tokens_details"u8) ? Member.InputDetails
        : name.SequenceEqual("output_tokens_details"u8) ? Member.OutputDetails
        : Member.Other;

    // Escapes in names are legal and never seen; the framework's reader resolves them.
    private static ReadOnlySpan<byte> Unescaped(ReadOnlySpan<byte> raw, Span<byte> plain)
    {
        if (!raw.Contains((byte)'\\'))
            return raw;
        Span<byte> quoted = stackalloc byte[MaxToken + 2];
        quoted[0] = (byte)'"';
        raw.CopyTo(quoted[1..]);
        quoted[raw.Length + 1] = (byte)'"';
        try
        {
            var reader = new Utf8JsonReader(quoted[..(raw.Length + 2)]);
            reader.Read();
            return plain[..reader.CopyString(plain)];
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            return raw;
        }
    }
}

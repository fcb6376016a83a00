using ImageGateway.Images;

namespace ImageGateway.Streaming;

/// <summary>What the start of a response shows.</summary>
internal enum Verdict
{
    /// <summary>Too few bytes to decide.</summary>
    Undecided,

    /// <summary>An image, or an event that is not an error.</summary>
    Answer,

    /// <summary>An error, whatever the status code.</summary>
    Error,
}

/// <summary>What the tap read from a response.</summary>
internal sealed record AnswerFacts
{
    /// <summary>The provider's token count; null when it sent none.</summary>
    public TokenUsage? Usage { get; init; }

    /// <summary>Final images.</summary>
    public int Images { get; init; }

    /// <summary>Partial images.</summary>
    public int PartialImages { get; init; }

    /// <summary>The position of the items of <c>data</c> in a JSON body, in bytes.</summary>
    public (long Start, long End) DataRange { get; init; }

    public string? Size { get; init; }
    public string? Quality { get; init; }
    public string? Background { get; init; }
    public string? OutputFormat { get; init; }
}

/// <summary>Reads a response's bytes as they pass, whatever their chunking; never throws and never holds an image.</summary>
internal abstract class Tap
{
    /// <summary>What the bytes so far show.</summary>
    public abstract Verdict Verdict { get; }

    /// <summary>What was read so far.</summary>
    public abstract AnswerFacts Facts { get; }

    /// <summary>How many of the bytes so far may be passed on.</summary>
    public virtual long Passable => long.MaxValue;

    /// <summary>
    /// True when a response that ends here is complete: a JSON text, which may have fewer images than requested, or events with
    /// all <paramref name="pictures"/> and no error. A clean end of the connection proves little: a response delimited only by
    /// the connection's end looks clean wherever it is cut.
    /// </summary>
    public abstract bool IsWhole(int pictures);

    /// <summary>Takes the next bytes.</summary>
    public abstract void Write(ReadOnlySpan<byte> bytes);

    /// <summary>The response has ended, according to its connection.</summary>
    public abstract void Complete();

    /// <summary>A tap for a response of this media type.</summary>
    public static Tap For(string? mediaType) =>
        string.Equals(mediaType, "text/event-stream", StringComparison.OrdinalIgnoreCase) ? new EventStreamTap() : new JsonTap();
}

/// <summary>The tap of a response that is one JSON body.</summary>
internal sealed class JsonTap : Tap
{
    private readonly AnswerReader _body = new();
    private bool _hasEnded;

    public override Verdict Verdict => _body.DataItems > 0 ? Verdict.Answer : _body.HasError ? Verdict.Error : Verdict.Undecided;

    public override AnswerFacts Facts => new()
    {
        Usage = _body.Usage,
        Images = _body.DataItems,
        DataRange = _body.DataRange,
        Size = _body.Size,
        Quality = _body.Quality,
        Background = _body.Background,
        OutputFormat = _body.OutputFormat,
    };

    // A response that is not JSON ends where its connection says.
    public override bool IsWhole(int pictures) => _body.IsWhole || (_body.HasGivenUp && _hasEnded);

    public override void Write(ReadOnlySpan<byte> bytes) => _body.Write(bytes);

    public override void Complete()
    {
        _hasEnded = true;
        _body.Complete();
    }
}

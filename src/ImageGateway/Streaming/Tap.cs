using ImageGateway.Images;

namespace ImageGateway.Streaming;

/// <summary>What the beginning of an answer shows.</summary>
internal enum Verdict
{
    /// <summary>Not enough has come to say.</summary>
    Undecided,

    /// <summary>A picture, or an event that is none of the errors.</summary>
    Answer,

    /// <summary>An error, whatever the status said.</summary>
    Error,
}

/// <summary>What the tap read of an answer.</summary>
internal sealed record AnswerFacts
{
    /// <summary>The provider's count; null when it gave none.</summary>
    public TokenUsage? Usage { get; init; }

    /// <summary>Final pictures.</summary>
    public int Images { get; init; }

    /// <summary>Partial pictures.</summary>
    public int PartialImages { get; init; }

    /// <summary>Where the items of <c>data</c> stand in a JSON body, in bytes.</summary>
    public (long Start, long End) DataRange { get; init; }

    public string? Size { get; init; }
    public string? Quality { get; init; }
    public string? Background { get; init; }
    public string? OutputFormat { get; init; }
}

/// <summary>Reads an answer's bytes while they pass, whatever their chunking; never throws and never holds a picture.</summary>
internal abstract class Tap
{
    /// <summary>What the bytes so far show.</summary>
    public abstract Verdict Verdict { get; }

    /// <summary>What was read so far.</summary>
    public abstract AnswerFacts Facts { get; }

    /// <summary>How many of the bytes so far may be passed on.</summary>
    public virtual long Passable => long.MaxValue;

    /// <summary>
    /// True when an answer that ends here is whole: a JSON text, whose pictures may be fewer than were asked for, or events with
    /// all <paramref name="pictures"/> and no error. That its connection ended properly says little: one that is delimited by its
    /// end alone ends so wherever it is cut.
    /// </summary>
    public abstract bool IsWhole(int pictures);

    /// <summary>Takes the next bytes.</summary>
    public abstract void Write(ReadOnlySpan<byte> bytes);

    /// <summary>The answer has ended, as its connection says.</summary>
    public abstract void Complete();

    /// <summary>A tap for an answer of this media type.</summary>
    public static Tap For(string? mediaType) =>
        string.Equals(mediaType, "text/event-stream", StringComparison.OrdinalIgnoreCase) ? new EventStreamTap() : new JsonTap();
}

/// <summary>The tap of an answer that is one JSON body.</summary>
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

    // What is not JSON ends where its connection says.
    public override bool IsWhole(int pictures) => _body.IsWhole || (_body.HasGivenUp && _hasEnded);

    public override void Write(ReadOnlySpan<byte> bytes) => _body.Write(bytes);

    public override void Complete()
    {
        _hasEnded = true;
        _body.Complete();
    }
}

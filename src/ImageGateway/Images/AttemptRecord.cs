namespace ImageGateway.Images;

/// <summary>One call to a target, from its announcement to its outcome.</summary>
/// <param name="number">1 for the job's first call.</param>
/// <param name="target">The target.</param>
/// <param name="model">The catalogue's model there.</param>
/// <param name="sent">The parameters as sent.</param>
/// <param name="worst">The worst-case cost at list price.</param>
/// <param name="worstTokens">The most output tokens it may use.</param>
/// <param name="priceFactor">The target's price as a share of the list price.</param>
/// <param name="time">The clock.</param>
internal sealed class AttemptRecord(int number, string target, string model, ImageParameters sent, NanoUsd worst, long worstTokens, decimal priceFactor, TimeProvider time)
{
    private readonly long _start = time.GetTimestamp();

    public int Number => number;

    public string Target => target;

    public string Model => model;

    public ImageParameters Sent => sent;

    public NanoUsd Worst => worst;

    /// <summary>Its cost after the target's discount; the worst case until it has ended.</summary>
    public NanoUsd Contracted => Cost.List.Times(priceFactor);

    /// <summary>Its worst case after the target's discount.</summary>
    public NanoUsd ContractedWorst => worst.Times(priceFactor);

    /// <summary>Output tokens it used, or may use if it does not report them.</summary>
    public long OutputTokens => Cost.Basis switch
    {
        ChargeBasis.Usage or ChargeBasis.None => Usage.ImageOutput + Usage.TextOutput, // a model without a price uses tokens all the same
        _ => worstTokens,
    };

    /// <summary>False while it runs.</summary>
    public bool HasEnded { get; private set; }

    /// <summary>The provider's HTTP status; null without a response.</summary>
    public int? Status { get; set; }

    /// <summary>The provider's <c>x-request-id</c>.</summary>
    public string? UpstreamRequestId { get; set; }

    public TimeSpan Duration { get; private set; }

    /// <summary>Its cost at list price, and how it was determined. Until it ends: the worst case.</summary>
    public (NanoUsd List, ChargeBasis Basis) Cost { get; private set; } = (worst, ChargeBasis.Estimate);

    public string? ErrorCode { get; private set; }

    public TokenUsage Usage { get; private set; }

    /// <summary>Final images, and the size and quality the provider resolved.</summary>
    public int Images { get; private set; }

    /// <summary>Length of the response body in bytes.</summary>
    public long Bytes { get; private set; }

    public string? Size { get; private set; } = sent.Size;

    public string? Quality { get; private set; } = sent.Quality;

    /// <summary>Records a failure; it costs the worst case if the provider may bill it, else nothing.</summary>
    public void Fail(string? code, bool mayBill) => End(code, mayBill ? (worst, ChargeBasis.Estimate) : (NanoUsd.Zero, ChargeBasis.None));

    /// <summary>Records a response; complete without a <paramref name="code"/>.</summary>
    public void Answer(string? code, (NanoUsd List, ChargeBasis Basis) cost, TokenUsage? usage, int images, string? size, string? quality, long bytes)
    {
        (Usage, Images, Size, Quality, Bytes) = (usage ?? default, images, size ?? Size, quality ?? Quality, bytes);
        End(code, cost);
    }

    private void End(string? code, (NanoUsd List, ChargeBasis Basis) cost)
    {
        (ErrorCode, Cost, Duration) = (code, cost, time.GetElapsedTime(_start));
        HasEnded = true;
    }
}

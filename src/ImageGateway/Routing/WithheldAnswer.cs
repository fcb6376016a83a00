using ImageGateway.Images;

namespace ImageGateway.Routing;

/// <summary>A feature of exchanges whose answer is held back: where it breaks off, its client has got nothing yet, and can be told.</summary>
internal sealed class WithheldAnswer
{
    /// <summary>Why the answer is not whole; null: it is.</summary>
    public GatewayError? Error { get; set; }
}

using ImageGateway.Images;

namespace ImageGateway.Routing;

/// <summary>A feature of exchanges whose response is withheld: if it breaks off, the client has received nothing yet and can get an error.</summary>
internal sealed class WithheldAnswer
{
    /// <summary>Why the response is incomplete; null: it is complete.</summary>
    public GatewayError? Error { get; set; }
}

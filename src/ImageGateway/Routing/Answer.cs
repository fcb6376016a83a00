using ImageGateway.Streaming;

namespace ImageGateway.Routing;

/// <summary>The beginning of a provider's answer: it is known to be one, and nothing of it has been sent to the client.</summary>
/// <param name="Response">Its head.</param>
/// <param name="Body">Its bytes.</param>
/// <param name="Relay">Passes them on.</param>
/// <param name="Tap">Reads them as they pass.</param>
/// <param name="Pictures">How many were asked for.</param>
internal sealed record Answer(HttpResponseMessage Response, Stream Body, Relay Relay, Tap Tap, int Pictures) : IAsyncDisposable
{
    /// <summary>Passes it on. An answer that ends before it is whole is lost, however properly its connection ends.</summary>
    /// <exception cref="OperationCanceledException">The client is gone, or the provider was silent for too long.</exception>
    public async Task<RelayEnd> PassAsync(CancellationToken cancellationToken)
    {
        var end = await Relay.RunAsync(cancellationToken);
        return end == RelayEnd.Complete && !Tap.IsWhole(Pictures) ? RelayEnd.UpstreamLost : end;
    }

    public async ValueTask DisposeAsync()
    {
        await Body.DisposeAsync();
        Response.Dispose();
    }
}

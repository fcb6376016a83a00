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
    /// <summary>
    /// Passes it on. An answer that ends before it is whole is lost, however properly its connection ends; and one that is whole
    /// is complete, however its connection ends, unless its length was announced and is missed.
    /// </summary>
    /// <exception cref="OperationCanceledException">The client is gone.</exception>
    public async Task<RelayEnd> PassAsync(AttemptClock clock) => await RelayAsync(clock) switch
    {
        RelayEnd.Complete when !Tap.IsWhole(Pictures) => RelayEnd.UpstreamLost,
        RelayEnd.UpstreamLost when Tap.IsWhole(Pictures) && (Tap is EventStreamTap || Response.Content.Headers.ContentLength is null) => RelayEnd.Complete,
        var end => end,
    };

    private async Task<RelayEnd> RelayAsync(AttemptClock clock)
    {
        try
        {
            return await Relay.RunAsync(clock.Token);
        }
        catch (OperationCanceledException) when (clock.TimedOut)
        {
            return RelayEnd.UpstreamLost;
        }
    }

    public async ValueTask DisposeAsync()
    {
        await Body.DisposeAsync();
        Response.Dispose();
    }
}

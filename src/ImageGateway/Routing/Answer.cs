using ImageGateway.Streaming;

namespace ImageGateway.Routing;

/// <summary>The start of a provider's successful response, of which nothing has been sent to the client yet.</summary>
/// <param name="Response">Its status and headers.</param>
/// <param name="Body">Its bytes.</param>
/// <param name="Relay">Passes them on.</param>
/// <param name="Tap">Reads them as they pass.</param>
/// <param name="Pictures">How many images were requested.</param>
internal sealed record Answer(HttpResponseMessage Response, Stream Body, Relay Relay, Tap Tap, int Pictures) : IAsyncDisposable
{
    /// <summary>
    /// Passes the response on. One that ends incomplete is lost, however cleanly its connection closed; a complete one
    /// succeeds, however its connection ends, unless it falls short of its announced length.
    /// </summary>
    /// <exception cref="OperationCanceledException">The client disconnected.</exception>
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

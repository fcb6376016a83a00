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
    /// <param name="clock">Its call's clock.</param>
    /// <param name="ending">Called when all of it has arrived, before the client gets the end.</param>
    /// <exception cref="OperationCanceledException">The client disconnected.</exception>
    public async Task<RelayEnd> PassAsync(AttemptClock clock, Func<ValueTask>? ending = null) => await RelayAsync(clock, ending) switch
    {
        RelayEnd.Complete when !IsWhole() => RelayEnd.UpstreamLost,
        RelayEnd.UpstreamLost when IsWhole() => RelayEnd.Complete,
        var end => end,
    };

    private bool IsWhole() => Tap.IsWhole(Pictures) && (Tap is EventStreamTap || Response.Content.Headers.ContentLength is not { } length || Relay.Length >= length);

    private async Task<RelayEnd> RelayAsync(AttemptClock clock, Func<ValueTask>? ending)
    {
        try
        {
            return await Relay.RunAsync(IsWhole, ending, clock.Token);
        }
        catch (OperationCanceledException) when (clock.Error is not null)
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

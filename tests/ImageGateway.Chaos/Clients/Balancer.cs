using System.Net;
using ImageGateway.Chaos.Fleet;

namespace ImageGateway.Chaos.Clients;

/// <summary>
/// What stands before replicas everywhere: asks each every 200 ms whether it is ready, sends requests to those that are, in
/// turn, and to the next one when a connection is refused. A request that was sent is not sent again.
/// </summary>
internal sealed class Balancer : IAsyncDisposable
{
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(200);

    private readonly CancellationTokenSource _stop = new();
    private readonly IReadOnlyList<Replica> _replicas;
    private readonly bool[] _isReady;
    private readonly Task _watch;
    private int _turn;

    public Balancer(IReadOnlyList<Replica> replicas)
    {
        _replicas = replicas;
        _isReady = [.. replicas.Select(_ => true)];
        _watch = Task.WhenAll(replicas.Select((_, place) => WatchAsync(place)));
    }

    private HttpClient _http = Connections();

    /// <summary>The gateways in the order in which a request tries them: those that are ready, in turn, and then the others.</summary>
    public IReadOnlyList<Replica> Order()
    {
        var turn = (int)((uint)Interlocked.Increment(ref _turn) % (uint)_replicas.Count);
        var places = Enumerable.Range(0, _replicas.Count).Select(i => (turn + i) % _replicas.Count).ToList();
        return [.. places.Where(place => _isReady[place]).Concat(places.Where(place => !_isReady[place])).Select(place => _replicas[place])];
    }

    /// <summary>Sends to one; the headers have come when this returns.</summary>
    public Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken) =>
        _http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellationToken);

    /// <summary>Closes all connections; requests open new ones.</summary>
    public void HangUp() => Interlocked.Exchange(ref _http, Connections()).Dispose();

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _watch;
        _stop.Dispose();
        _http.Dispose();
    }

    // Kept, as a balancer keeps them; requests wait as long as a picture may take.
    private static HttpClient Connections() => new(new SocketsHttpHandler { AutomaticDecompression = DecompressionMethods.None, ResponseDrainTimeout = TimeSpan.Zero, UseCookies = false })
    {
        Timeout = TimeSpan.FromSeconds(60),
    };

    private async Task WatchAsync(int place)
    {
        using var timer = new PeriodicTimer(Interval);
        try
        {
            while (await timer.WaitForNextTickAsync(_stop.Token))
                _isReady[place] = await _replicas[place].IsReadyAsync();
        }
        catch (OperationCanceledException) when (_stop.IsCancellationRequested)
        {
            // The run is over.
        }
    }
}

using System.Collections.Concurrent;
using System.Net;
using System.Text.Json.Nodes;
using ImageGateway.SystemTests.Running;

namespace ImageGateway.SystemTests.Ledger;

/// <summary>
/// Clients that ask for one picture after the other until they are stopped. Each job has a name of its own, which its prompt
/// tells the simulator and its user id the ledger.
/// </summary>
internal sealed class Load : IAsyncDisposable
{
    private readonly CancellationTokenSource _stop = new();
    private readonly ConcurrentQueue<(string Job, HttpStatusCode Status, string? RetryAfter, string Body)> _answers = new();
    private readonly Task _clients;
    private int _open;

    /// <summary>Starts them; a job that breaks off, since its gateway is gone, ends its client.</summary>
    /// <param name="gateway">Where they ask.</param>
    /// <param name="clients">How many.</param>
    /// <param name="name">What the jobs' names begin with.</param>
    /// <param name="change">Makes a request out of the client's number and the usual one.</param>
    public Load(LedgerGateway gateway, int clients, string name, Action<int, JsonObject>? change = null) =>
        _clients = Task.WhenAll(Enumerable.Range(0, clients).Select(client => RunAsync(gateway, client, $"{name}-{client}", change)));

    /// <summary>What was answered.</summary>
    public IReadOnlyCollection<(string Job, HttpStatusCode Status, string? RetryAfter, string Body)> Answers => _answers;

    /// <summary>Requests that wait for their answer.</summary>
    public int Open => Volatile.Read(ref _open);

    public int Count(HttpStatusCode status) => _answers.Count(answer => answer.Status == status);

    /// <summary>Stops them after the job that each is at.</summary>
    public async Task StopAsync()
    {
        await _stop.CancelAsync();
        await _clients;
    }

    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        _stop.Dispose();
    }

    private async Task RunAsync(LedgerGateway gateway, int client, string name, Action<int, JsonObject>? change)
    {
        for (var number = 0; !_stop.IsCancellationRequested; number++)
        {
            var job = $"{name}-{number}";
            Interlocked.Increment(ref _open);
            try
            {
                using var response = await gateway.GenerateAsync(body =>
                {
                    (body["prompt"], body["user"]) = (job, job);
                    change?.Invoke(client, body);
                });
                _answers.Enqueue((job, response.StatusCode, response.Header("retry-after"), await response.Content.ReadAsStringAsync()));
            }
            catch (Exception e) when (e is HttpRequestException or IOException)
            {
                return;
            }
            finally
            {
                Interlocked.Decrement(ref _open);
            }
        }
    }
}

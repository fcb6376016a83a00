using System.Collections.Concurrent;
using System.Diagnostics;

namespace ImageGateway.Chaos.Clients;

/// <summary>The clients, who ask for one job after the other with pauses in between, and the book of what came of each request.</summary>
internal sealed class Crowd(Balancer balancer, Stopwatch clock, int clients, int seed)
{
    private readonly ConcurrentQueue<Reply> _book = new();
    private int _rounds;

    /// <summary>Every request so far.</summary>
    public IReadOnlyCollection<Reply> Book => _book;

    /// <summary>The time of the book.</summary>
    public TimeSpan Now => clock.Elapsed;

    /// <summary>Runs all of them until it is cancelled; each finishes the job it is at.</summary>
    public Task RunAsync(CancellationToken stop)
    {
        var round = _rounds++;
        return Task.WhenAll(Enumerable.Range(0, clients).Select(client => RunAsync(client + (round * clients), stop)));
    }

    private async Task RunAsync(int client, CancellationToken stop)
    {
        var random = new Random((seed * 100_003) + client);
        var mix = new JobMix(client, random);
        var sender = new Sender(balancer, clock, _book.Enqueue);
        await PauseAsync(random.Next(4000), stop);
        while (!stop.IsCancellationRequested)
        {
            var ask = mix.Next();
            if (ask.IdempotencyKey is null)
                await sender.SendAsync(ask);
            else
                await RepeatAsync(sender, ask, random, stop);
            await PauseAsync(random.Next(1500, 5500), stop);
        }
    }

    // Until it has its answer, and then once more to see that it stays the same.
    private static async Task RepeatAsync(Sender sender, Ask ask, Random random, CancellationToken stop)
    {
        const int Most = 6;
        for (var (sent, whole) = (0, 0); sent < Most && whole < 2; sent++)
        {
            if ((await sender.SendAsync(ask)).End == ReplyEnd.Whole)
                whole++;
            await PauseAsync(random.Next(100, 1200), stop);
        }
    }

    private static Task PauseAsync(int milliseconds, CancellationToken stop) =>
        Task.Delay(milliseconds, stop).ContinueWith(static _ => { }, CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
}

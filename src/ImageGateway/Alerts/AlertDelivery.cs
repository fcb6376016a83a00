using ImageGateway.Database;
using ImageGateway.Images;

namespace ImageGateway.Alerts;

/// <summary>Posts what is not delivered yet. Apart from the look at budgets, which a slow receiver must not hold up.</summary>
/// <param name="store">The alerts.</param>
/// <param name="webhook">Their receiver.</param>
/// <param name="time">The clock.</param>
/// <param name="log">The log.</param>
internal sealed partial class AlertDelivery(AlertStore store, Webhook webhook, TimeProvider time, ILogger<AlertDelivery> log) : BackgroundService
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan LongestPause = TimeSpan.FromHours(1);

    // What is not delivered when the gateway stops is in the database.
    protected override Task ExecuteAsync(CancellationToken stoppingToken) => time.EveryAsync(Interval, () => TryAsync(stoppingToken), stoppingToken);

    // Each is claimed when it is its turn, so that no other replica posts it meanwhile. The first that is not taken is the last:
    // the receiver may be down, and takes ten seconds each time. The others' turn is the next time.
    private async Task TryAsync(CancellationToken cancellationToken)
    {
        try
        {
            while (await store.ClaimAsync(Now, cancellationToken) is { } alert && await PostAsync(alert, cancellationToken))
            {
            }
        }
        catch (Exception e) when (SqlDatabase.IsFailure(e))
        {
            LogFailed(e.Message);
        }
    }

    private long Now => time.GetUtcNow().ToUnixTimeMilliseconds();

    // At least once: who dies between the receiver's answer and the mark sends it again, under the same id.
    private async Task<bool> PostAsync(DueAlert alert, CancellationToken cancellationToken)
    {
        if (await webhook.PostAsync(alert.Id, alert.Body, cancellationToken))
        {
            await store.EndAsync(alert, Now, Now, cancellationToken);
            return true;
        }
        var pause = TimeSpan.FromSeconds(Math.Min(LongestPause.TotalSeconds, Math.Pow(2, Math.Min(alert.Tries, 20))));
        LogUndelivered(alert.Id, alert.Tries + 1, pause);
        await store.EndAsync(alert, null, Now + (long)pause.TotalMilliseconds, cancellationToken);
        return false;
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "The webhook did not take alert {Id} (try {Tries}); again in {Pause}")]
    private partial void LogUndelivered(string id, long tries, TimeSpan pause);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Alerts wait to be posted, and are tried again: {Message}")]
    private partial void LogFailed(string message);
}

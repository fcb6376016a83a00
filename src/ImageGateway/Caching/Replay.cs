using ImageGateway.Images;

namespace ImageGateway.Caching;

/// <summary>
/// Answers a job with a response that is already paid for, if there is one: (1) of its idempotency key, (2) from the cache, (3)
/// of an identical job in progress. Otherwise (4) the job runs, and its response is kept for later ones.
/// </summary>
internal sealed class Replay(IAnswerStore answers, Idempotency idempotency, SingleFlight single, AnswerRecorder recorder, StoredDelivery delivery)
{
    private const string Header = "x-gateway-cache";

    /// <summary>The result of the look-up: the header's value; null before any look-up.</summary>
    public static string? Word(HttpContext http) => http.Response.Headers[Header] is [{ } word] ? word : null;

    /// <summary>Tells the client the result of the look-up.</summary>
    public static void Say(HttpContext http, string word) => http.Response.Headers[Header] = word;

    /// <summary>Answers the client.</summary>
    /// <param name="http">The client's exchange.</param>
    /// <param name="ask">The job.</param>
    /// <param name="run">Has a provider answer it, to the client of the exchange it receives.</param>
    /// <exception cref="GatewayException">The job failed.</exception>
    public async Task RunAsync(HttpContext http, ReplayAsk ask, Func<HttpContext, Task> run)
    {
        Say(http, "bypass");
        await using var key = await idempotency.BeginAsync(http, ask); // 1
        if (key?.Before is { } before)
        {
            Idempotency.Mark(http);
            await delivery.SendAsync(http, ask, before);
            return;
        }
        ask.EndsWhenKept = key is not null;
        try
        {
            var answer = await AnswerAsync(http, ask, key is not null, run);
            if (answer is not null)
                await (key?.KeepAsync(answer) ?? Task.CompletedTask);
            else if (ask.Record.Upstream is { } told)
                await (key?.KeepAsync(told) ?? Task.CompletedTask);
        }
        catch (GatewayException e) when (key is not null)
        {
            await key.KeepAsync(e.Error);
            throw;
        }
    }

    /// <summary>The response the client got, if it can be replayed.</summary>
    private async Task<StoredAnswer?> AnswerAsync(HttpContext http, ReplayAsk ask, bool hasKey, Func<HttpContext, Task> run)
    {
        var control = CacheControl.Read(http.Request);
        if (ask.Rule is null || !control.MayWrite)
            return await RunAsync(http, ask, hasKey, isCached: false, run);
        if (!control.MayRead)
            return await RunAsync(http, ask, hasKey, isCached: true, run);
        var name = ask.Models[0].Key.Value;
        if (await answers.FindAsync(ask.Partition, name) is { } hit) // 2
        {
            Say(http, "hit");
            await delivery.SendAsync(http, ask, hit);
            return hit;
        }
        Say(http, "miss");
        return await single.RunAsync(http, ask, name, answer => KeepAsync(ask, hasKey, isCached: true, answer), run); // 3
    }

    // 4
    private async Task<StoredAnswer?> RunAsync(HttpContext http, ReplayAsk ask, bool hasKey, bool isCached, Func<HttpContext, Task> run)
    {
        if (!hasKey && !isCached)
        {
            await run(http);
            return null;
        }
        using var recording = recorder.Record();
        var answer = await recorder.RunAsync(http, ask, recording, () => ask.Record.Caller.OnDisconnect == DisconnectAction.Finish, () => run(http));
        if (answer is not null)
            await KeepAsync(ask, hasKey, isCached, answer);
        return answer;
    }

    // The key that it is cached under.
    private async Task<string?> KeepAsync(ReplayAsk ask, bool hasKey, bool isCached, StoredAnswer answer)
    {
        // The entry of its idempotency key keeps it when its recording is gone.
        if (hasKey)
            answer.Retain();
        return isCached ? await CacheAsync(ask, answer) : null;
    }

    // Stored under the key of the model that generated it, which may not be the key that was looked up.
    private async Task<string?> CacheAsync(ReplayAsk ask, StoredAnswer answer) =>
        ask.KeyOf(answer) is { } key && await answers.KeepAsync(ask.Partition, key, answer, ask.Rule!.Ttl) ? key : null;
}

using System.Diagnostics;
using System.Net;
using System.Text;

namespace ImageGateway.Chaos.Clients;

/// <summary>Sends the requests of one client and writes down how each ended.</summary>
internal sealed class Sender(Balancer balancer, Stopwatch clock, Action<Reply> book)
{
    private int _sent;

    /// <summary>Sends a job to the first gateway that takes it.</summary>
    public async Task<Reply> SendAsync(Ask ask)
    {
        var reply = new Reply(ask, $"{ask.Kind}-{Guid.NewGuid():N}-{_sent++}", "", clock.Elapsed) { End = ReplyEnd.Unsent };
        foreach (var replica in balancer.Order())
        {
            reply = await SendAsync(reply with { Replica = replica.Name }, replica.Url) with { Ended = clock.Elapsed };
            if (reply.End != ReplyEnd.Unsent)
                break;
        }
        book(reply);
        return reply;
    }

    private async Task<Reply> SendAsync(Reply reply, Uri gateway)
    {
        using var leaving = new CancellationTokenSource(reply.Ask.LeavesAfter ?? Timeout.InfiniteTimeSpan);
        try
        {
            using var request = Requests.Of(reply.Ask, reply.Id, gateway);
            using var response = await balancer.SendAsync(request, leaving.Token);
            reply = reply with { Status = (int)response.StatusCode, Cache = Header(response, "x-gateway-cache"), IsReplayed = Header(response, "idempotent-replayed") is not null, HasRetryAfter = response.Headers.RetryAfter is not null };
            var body = await response.Content.ReadAsByteArrayAsync(leaving.Token);
            return response.StatusCode != HttpStatusCode.OK ? Answers.OfError(reply, body)
                : reply.Ask.Streams ? Answers.OfEvents(reply, Encoding.UTF8.GetString(body))
                : Answers.OfJson(reply, body);
        }
        catch (OperationCanceledException) when (leaving.IsCancellationRequested)
        {
            return reply with { End = ReplyEnd.Left };
        }
        catch (OperationCanceledException)
        {
            return reply with { End = ReplyEnd.Lost, Message = "no answer in a minute" };
        }
        catch (HttpRequestException e) when (e.HttpRequestError == HttpRequestError.ConnectionError)
        {
            return reply with { End = ReplyEnd.Unsent };
        }
        catch (Exception e) when (e is HttpRequestException or IOException)
        {
            return reply with { End = reply.Status is null ? ReplyEnd.Lost : ReplyEnd.Broken, Message = (e.InnerException ?? e).Message };
        }
    }

    private static string? Header(HttpResponseMessage response, string name) => response.Headers.TryGetValues(name, out var values) ? string.Join(',', values) : null;
}

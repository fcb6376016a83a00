using ImageGateway.Images;
using ImageGateway.Streaming;

namespace ImageGateway.Caching;

/// <summary>A client that gets another job's response: live events, if both stream, and finally what is missing.</summary>
internal sealed class Follower(HttpContext http, ReplayAsk ask, StoredDelivery delivery, TimeProvider time)
{
    private static readonly FlightEnd Unkept = new(null);
    private static readonly byte[] Comment = ": waiting\n"u8.ToArray();

    private int _pictures;
    private int _partials;

    /// <summary>True when the client has already received something: only events may follow.</summary>
    public bool HasBegun { get; private set; }

    /// <summary>True when the client has as many final images as it requested.</summary>
    public bool HasAll => _pictures >= ask.Record.Job.Parameters.Count;

    /// <summary>The error when the client cannot get all of them.</summary>
    public static GatewayException Torn => new(ErrorKind.UpstreamError, "Not all images of the identical request that this one followed are available. Send the request again.");

    /// <summary>
    /// Passes events on; returns how the flight ended. If it ended with a response, the client has it already. A response or
    /// refusal from a model that this job must not use does not count, as if it had not been kept.
    /// </summary>
    /// <exception cref="GatewayException">The client has some of its final images and cannot get the others: those of another
    /// flight would be too many.</exception>
    public async Task<FlightEnd> FollowAsync(Flight flight)
    {
        if (flight.IsStream && ask.Record.Job.Parameters.Stream)
        {
            using var events = flight.Recording.Follow();
            if (events is not null && !await PassAsync(flight, events))
                return Unkept;
        }
        var end = await WaitAsync(flight, flight.End);
        if (!IsMine(flight, end))
            end = Unkept;
        if (end.Answer is { } answer)
            await FinishAsync(answer);
        else if (HasAll)
            StoredDelivery.Note(ask.Record, new ReusedAnswer(flight.Source.Model, _pictures, null, null, NanoUsd.Zero));
        else if (_pictures > 0)
            throw end.Error ?? Torn;
        return end;
    }

    /// <summary>Ends a stream that has started with an error.</summary>
    public async Task FailAsync(GatewayError error)
    {
        ask.Record.Fail(ErrorEnvelope.Code(error), Idempotency.IsRefusal(error));
        ask.Record.Upstream = error;
        await http.Response.BodyWriter.WriteAsync(ErrorEvent.After(new EventStreamTap(), error), http.RequestAborted);
    }

    private bool IsMine(Flight flight, FlightEnd end) =>
        end.Answer is { } answer ? ask.Takes(flight.KeyOf(answer)) : !end.IsRefusal || flight.Key is not { } key || ask.Takes(key);

    // False: the generating model is one that this job must not use.
    private async Task<bool> PassAsync(Flight flight, LiveEvents events)
    {
        var next = events.NextAsync(http.RequestAborted).AsTask();
        while (await WaitAsync(flight, next) is { } place)
        {
            var tap = new EventStreamTap();
            await foreach (var piece in events.ReadAsync(place))
                tap.Write(piece.Span);
            // The end of the leader's stream is not an outcome; whether it failed is in its flight.
            if (tap.Verdict == Verdict.Error)
                return true;
            if (!ask.Takes(flight.Key))
                return false;
            if (tap.Facts.Images > 0 || (tap.Facts.PartialImages > 0 && _partials++ < ask.Record.Job.Parameters.PartialImages))
                await SendAsync(flight, events, place);
            if (tap.Facts.Images > 0)
                (_pictures, _partials) = (_pictures + tap.Facts.Images, 0);
            next = events.NextAsync(http.RequestAborted).AsTask();
        }
        // Which images the client has can only be counted from the end.
        if (events.IsCut && _pictures > 0 && !HasAll)
            throw Torn;
        return true;
    }

    private async Task<T> WaitAsync<T>(Flight flight, Task<T> coming)
    {
        while (true)
        {
            try
            {
                return await coming.WaitAsync(Relay.Heartbeat, time, http.RequestAborted);
            }
            catch (TimeoutException)
            {
                await BeatAsync(flight);
            }
        }
    }

    // Proxies cut connections that are silent for long. The stream starts with a heartbeat only once a model has answered:
    // before that, another model may generate the image, or refuse.
    private async Task BeatAsync(Flight flight)
    {
        if (!ask.Record.Job.Parameters.Stream || !(HasBegun || (flight.HasBegun && ask.Takes(flight.Key))))
            return;
        Begin(flight);
        await http.Response.BodyWriter.WriteAsync(Comment, http.RequestAborted);
    }

    private void Begin(Flight flight)
    {
        if (!HasBegun)
            StoredDelivery.Describe(http, ask, flight.Source);
        HasBegun = true;
    }

    private async Task SendAsync(Flight flight, LiveEvents events, (long Start, long End) place)
    {
        Begin(flight);
        await foreach (var piece in events.ReadAsync(place))
            await http.Response.BodyWriter.WriteAsync(piece, http.RequestAborted);
    }

    private async Task FinishAsync(StoredAnswer answer)
    {
        if (!HasBegun)
        {
            await delivery.SendAsync(http, ask, answer);
            return;
        }
        StoredDelivery.Note(ask.Record, answer);
        // The follower read to the end, so the images it already has are the last ones.
        await AnswerWriter.Events(answer, ask.Record.Job.Operation, partials: 0, count: answer.Pictures.Count - _pictures).WriteAsync(http.Response.BodyWriter, http.RequestAborted);
    }
}

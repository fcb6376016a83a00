using System.Text;
using System.Text.Json.Nodes;
using ImageGateway.Simulator.Calls;
using ImageGateway.Simulator.Faults;

namespace ImageGateway.Simulator.Answers;

/// <summary>Kestrel closes the connection when a handler fails after its response began: flushed bytes arrive, the rest never does.</summary>
internal sealed class CutException : Exception
{
    public CutException()
        : base("The connection is cut as ordered.")
    {
    }
}

/// <summary>Sends a response, up to the byte or event at which a fault ends it, and logs how far it got.</summary>
internal sealed class AnswerWriter(HttpContext http, OpenCall call, Pause pause)
{
    private const int Tail = 1024;
    private long _sent;
    private int _events;

    public Fault Fault { get; set; } = new();

    public Task WriteJsonAsync(int status, JsonObject body) =>
        WriteAsync(status, "application/json", Encoding.UTF8.GetBytes(body.ToJsonString()));

    public async Task WriteAsync(int status, string contentType, ReadOnlyMemory<byte> body)
    {
        Start(status, contentType);
        http.Response.ContentLength = body.Length;
        // The end is sent separately, after the log entry: a client that has read the whole response finds it complete in the log.
        await SendAsync(body[..Math.Max(0, body.Length - Tail)]);
        await CompleteAsync(body[Math.Max(0, body.Length - Tail)..]);
    }

    public void StartEvents()
    {
        Start(StatusCodes.Status200OK, "text/event-stream");
        http.Response.Headers.CacheControl = "no-cache";
    }

    public async Task WriteEventAsync(ReadOnlyMemory<byte> text, bool last)
    {
        await EndAtEventAsync();
        await pause.ForEventAsync(Fault, http.RequestAborted);
        if (last && Fault.CutAfterEvents is null && (Fault.HangAfterEvents ?? 0) <= _events)
            await CompleteAsync(text);
        else
            await SendAsync(text);
        _events++;
        await EndAtEventAsync();
    }

    public void NoteEnd()
    {
        if (!call.Current.Completed)
            call.Update(now => now with { Aborted = now.Aborted || http.RequestAborted.IsCancellationRequested });
    }

    private void Start(int status, string contentType)
    {
        http.Response.StatusCode = status;
        http.Response.ContentType = contentType;
        foreach (var (name, value) in Fault.Headers ?? new Dictionary<string, string>(StringComparer.Ordinal))
            http.Response.Headers[name] = value;
        call.Update(now => now with { Status = status });
    }

    private async Task CompleteAsync(ReadOnlyMemory<byte> bytes)
    {
        if (Fault.CutAfterBytes is { } limit && _sent + bytes.Length > limit)
            await SendAsync(bytes);
        call.Update(now => now with { Completed = true });
        await SendAsync(bytes);
        if (http.RequestAborted.IsCancellationRequested)
            call.Update(now => now with { Completed = false });
    }

    private async Task SendAsync(ReadOnlyMemory<byte> bytes)
    {
        http.RequestAborted.ThrowIfCancellationRequested();
        if (Fault.PauseAfterBytes - _sent is > 0 and var before && before < bytes.Length)
        {
            await SendAsync(bytes[..(int)before]);
            await pause.WithinAnswerAsync(Fault, http.RequestAborted);
            bytes = bytes[(int)before..];
        }
        var room = (Fault.CutAfterBytes ?? long.MaxValue) - _sent;
        if (bytes.Length > room)
        {
            await FlushAsync(bytes[..(int)room]);
            throw new CutException();
        }

        await FlushAsync(bytes);
    }

    private async Task FlushAsync(ReadOnlyMemory<byte> bytes)
    {
        if (!http.Response.HasStarted)
            await http.Response.StartAsync(http.RequestAborted);
        await http.Response.BodyWriter.WriteAsync(bytes, http.RequestAborted);
        _sent += bytes.Length;
    }

    private async Task EndAtEventAsync()
    {
        if (Fault.CutAfterEvents is { } cut && _events >= cut)
        {
            await FlushAsync(default);
            throw new CutException();
        }

        if (Fault.HangAfterEvents is { } hang && _events >= hang)
        {
            await FlushAsync(default);
            await pause.HangAsync(Fault, http.RequestAborted);
        }
    }
}

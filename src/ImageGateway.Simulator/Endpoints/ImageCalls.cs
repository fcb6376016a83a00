using ImageGateway.Simulator.Answers;
using ImageGateway.Simulator.Calls;
using ImageGateway.Simulator.Faults;
using ImageGateway.Simulator.Profiles;
using ImageGateway.Simulator.Requests;

namespace ImageGateway.Simulator.Endpoints;

/// <summary>Handles an image call: log it, read it, apply its deployment's limit or a fault, validate it, respond.</summary>
internal sealed class ImageCalls(SimulatorOptions options, CallLog log, FaultRules faults, PictureStore pictures, Deployments deployments, Meter meter, Pause pause)
{
    public RequestDelegate Handle(Surface surface, ImageOperation operation, Profile? profile = null) => http => HandleAsync(http, surface, operation, profile);

    private async Task HandleAsync(HttpContext http, Surface surface, ImageOperation operation, Profile? profile)
    {
        ResponseHeaders.Add(http.Response, surface);
        var call = log.Begin(CallRecord.Of(http.Request, surface, operation) with { RequestId = ResponseHeaders.RequestId(http.Response) });
        var answer = new AnswerWriter(http, call, pause);
        try
        {
            await AnswerAsync(http, surface, profile, call, answer);
        }
        catch (ProviderException error)
        {
            await answer.WriteJsonAsync(error.Status, error.Body);
        }
        catch (BadHttpRequestException error) when (error.StatusCode == StatusCodes.Status413PayloadTooLarge)
        {
            await answer.WriteJsonAsync(error.StatusCode, ProviderErrors.TooLarge().Body);
        }
        catch (Exception gone) when (gone is OperationCanceledException or IOException)
        {
            // The client disconnected, or the simulator stops while the call hangs. Returning would send an empty 200. Recorded here: the
            // request's token is cancelled a moment later.
            call.Update(now => now with { Aborted = true });
            http.Abort();
        }
        finally
        {
            answer.NoteEnd();
        }
    }

    private async Task AnswerAsync(HttpContext http, Surface surface, Profile? profile, OpenCall call, AnswerWriter answer)
    {
        var body = await BodyReader.ReadAsync(http.Request, profile is null ? JsonImages.Read : profile.Pictures, http.RequestAborted);
        call.Update(now => now.With(body, surface, deployments));
        answer.Fault = meter.Take(call.Current, http.Response.Headers) ?? faults.Take(call.Current) ?? answer.Fault;
        await pause.BeforeAnswerAsync(answer.Fault, http.RequestAborted);
        if (await FaultAnswer.WriteAsync(answer.Fault, answer, http, call.Current))
            return;
        var job = Judge(http.Request, surface, profile, call.Current, body);
        if (options.IsStock)
            job = job with { Stock = ResponseHeaders.RequestId(http.Response) };
        Moderation.Check(job, surface, ResponseHeaders.RequestId(http.Response), options.TimeProvider.GetUtcNow());
        await (job.Stream ? new EventStream(job, answer, call, options.TimeProvider).WriteAsync() : WriteJsonAsync(http, job, surface, call, answer));
    }

    private static ImageJob Judge(HttpRequest request, Surface surface, Profile? profile, Call call, RequestBody body)
    {
        if (profile is not null)
        {
            Credentials.Check(surface, call.Auth, call.Key);
            return profile.Read(body, call.Operation);
        }

        Gate.Check(request, surface, call, body);
        return JobReader.Read(body, Deployments.Resolve(call, surface), surface, call.Operation);
    }

    private Task WriteJsonAsync(HttpContext http, ImageJob job, Surface surface, OpenCall call, AnswerWriter answer)
    {
        var (body, images) = new JsonAnswer(job, surface, options.TimeProvider.GetUtcNow()).Write(png => AddressOf(http.Request, png));
        call.Bill(Tokens.Of(job, partialImagesSent: 0), images);
        return answer.WriteAsync(StatusCodes.Status200OK, "application/json", body);
    }

    private string AddressOf(HttpRequest request, byte[] png) =>
        $"{request.Scheme}://{request.Host}{request.PathBase}/files/{pictures.Add(png)}.png";
}

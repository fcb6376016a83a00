using ImageGateway.Simulator.Calls;
using ImageGateway.Simulator.Requests;

namespace ImageGateway.Simulator.Endpoints;

/// <summary>A request's log record.</summary>
internal static class CallRecord
{
    public static Call Of(HttpRequest request, Surface surface, ImageOperation operation)
    {
        var (auth, key) = Credentials.Read(request);
        return new Call
        {
            Account = Account.Of(request),
            Kind = surface == Surface.OpenAI ? ProviderKind.OpenAI : ProviderKind.Azure,
            Operation = operation,
            Path = request.PathBase + request.Path,
            Query = request.QueryString.ToString(),
            Auth = auth,
            Key = key,
            Headers = request.Headers.ToDictionary(header => header.Key.ToLowerInvariant(), header => header.Value.ToString(), StringComparer.Ordinal),
            ContentType = request.ContentType,
            Deployment = request.RouteValues["deployment"] as string,
        };
    }

    public static Call With(this Call call, RequestBody body, Surface surface, Deployments deployments)
    {
        var deployment = surface == Surface.AzureV1 ? body.Text("model") : call.Deployment;
        return call with
        {
            Fields = body.Members.ToDictionary(member => member.Key, member => JsonImages.ToLogText(member.Value), StringComparer.Ordinal),
            Files = [.. body.Files.Select(file => file.ToCallFile())],
            Deployment = deployment,
            Model = surface == Surface.OpenAI ? body.Text("model") : deployments.ModelOf(deployment),
            Stream = bool.TryParse(body.Text("stream"), out var stream) && stream,
        };
    }
}

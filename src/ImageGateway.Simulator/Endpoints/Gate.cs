using ImageGateway.Simulator.Calls;
using ImageGateway.Simulator.Requests;

namespace ImageGateway.Simulator.Endpoints;

/// <summary>The checks before a model sees the request: keys, URLs, body formats.</summary>
internal static class Gate
{
    public static void Check(HttpRequest request, Surface surface, Call call, RequestBody body)
    {
        Credentials.Check(surface, call.Auth, call.Key);
        if (surface == Surface.AzureDeployment && string.IsNullOrEmpty(request.Query["api-version"]))
            throw AzureErrors.NotFound();
        if (call.Operation == ImageOperation.Edit)
            CheckEdit(surface, call, body);
        else if (body.IsMultipart != (call.Operation == ImageOperation.Variation))
            throw ProviderErrors.UnsupportedContentType(call.ContentType);
        else if (call.Operation == ImageOperation.Variation && call.Model is not (null or "dall-e-2"))
            throw ProviderErrors.InvalidValue("model", call.Model, ["dall-e-2"]);
    }

    private static void CheckEdit(Surface surface, Call call, RequestBody body)
    {
        if (surface != Surface.OpenAI && !body.IsMultipart)
            throw AzureErrors.MultipartOnly();
        // Azure takes the model from the path and rejects the member, although the official clients send it.
        if (surface == Surface.AzureDeployment && body.Members.ContainsKey("model"))
            throw ProviderErrors.Invalid("model", $"Invalid value: '{body.Text("model")}'. The model is given by the deployment.");
        if (call.Model == "dall-e-3")
            throw ProviderErrors.InvalidValue("model", call.Model, ["gpt-image-1", "gpt-image-1-mini", "gpt-image-1.5", "gpt-image-2", "dall-e-2"]);
        if (call.Model == "dall-e-2" && !body.IsMultipart)
            throw ProviderErrors.UnsupportedContentType(call.ContentType);
    }
}

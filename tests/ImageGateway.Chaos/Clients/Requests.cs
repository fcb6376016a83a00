using System.Net.Http.Headers;
using System.Text;
using System.Text.Json.Nodes;

namespace ImageGateway.Chaos.Clients;

/// <summary>Puts jobs on the wire, as OpenAI's clients do.</summary>
internal static class Requests
{
    // 16x16, one colour.
    private static readonly byte[] Picture = Convert.FromBase64String("iVBORw0KGgoAAAANSUhEUgAAABAAAAAQCAIAAACQkWg2AAAAFklEQVR42mNwaDhAEmIY1TCqYfhqAACldYAQpric7gAAAABJRU5ErkJggg==");

    /// <summary>A request for a job, under a name of its own.</summary>
    public static HttpRequestMessage Of(Ask ask, string id, Uri gateway)
    {
        var request = new HttpRequestMessage(HttpMethod.Post, new Uri(gateway, ask.Kind == AskKind.Edit ? "/v1/images/edits" : "/v1/images/generations"))
        {
            Content = ask.Kind == AskKind.Edit ? Form(ask) : new StringContent(Fields(ask).ToJsonString(), Encoding.UTF8, "application/json"),
        };
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", ask.Key.Secret);
        request.Headers.Add("x-request-id", id);
        if (ask.IdempotencyKey is { } key)
            request.Headers.Add("Idempotency-Key", key);
        return request;
    }

    private static JsonObject Fields(Ask ask)
    {
        var fields = new JsonObject { ["model"] = ask.Model, ["prompt"] = ask.Prompt, ["size"] = "1024x1024", ["user"] = ask.User };
        if (ask.Count > 1)
            fields["n"] = ask.Count;
        if (ask.Streams)
            (fields["stream"], fields["partial_images"]) = (true, 1);
        (fields["quality"], fields["response_format"]) = ask.Kind == AskKind.Fan ? ("standard", "b64_json") : ("low", null);
        if (ask.Kind != AskKind.Fan)
            fields.Remove("response_format");
        return fields;
    }

    private static MultipartFormDataContent Form(Ask ask)
    {
        var form = new MultipartFormDataContent();
        foreach (var (name, value) in Fields(ask))
            form.Add(new StringContent($"{value}"), $"\"{name}\"");
        var file = new ByteArrayContent(Picture);
        file.Headers.ContentType = new MediaTypeHeaderValue("image/png");
        form.Add(file, "\"image\"", "\"picture.png\"");
        return form;
    }
}

using System.Net.Http.Headers;

namespace ImageGateway.SystemTests.Running;

/// <summary>The multipart form of an edit, part by part.</summary>
internal sealed class Form() : MultipartFormDataContent("----system-tests")
{
    /// <summary>An edit at openai/gpt-image-1 with a prompt.</summary>
    public static Form Edit(string model = "openai/gpt-image-1") => new Form().Field("model", model).Field("prompt", "add a hat");

    public Form Field(string name, string value)
    {
        var part = new ByteArrayContent(System.Text.Encoding.UTF8.GetBytes(value));
        Add(part, Quoted(name));
        return this;
    }

    public Form File(string name, byte[] bytes, string? fileName = null, string type = "image/png")
    {
        var part = new ByteArrayContent(bytes);
        part.Headers.ContentType = new MediaTypeHeaderValue(type);
        Add(part, Quoted(name), Quoted(fileName ?? "picture.png"));
        return this;
    }

    /// <summary>A file as a careless client sends it: the part has no filename.</summary>
    public Form NamelessFile(string name, byte[] bytes)
    {
        var part = new ByteArrayContent(bytes);
        part.Headers.ContentType = new MediaTypeHeaderValue("image/png");
        Add(part, Quoted(name));
        return this;
    }

    private static string Quoted(string text) => $"\"{text}\"";
}
